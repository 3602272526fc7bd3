package dev.ckpt.format.diff;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.UnknownObjectException;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.PageStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One of the images that are compared, read as a stream. Its errors say which image it is: those of
 * a reader know only of its bytes.
 */
final class Side implements PageStream {
  private final String name;
  private final ImageReader reader;

  /**
   * Reads on.
   *
   * @param name what people call it
   */
  Side(String name, ImageReader reader) {
    this.name = name;
    this.reader = reader;
  }

  /** Reads of an image. */
  interface Reading<T> {
    /** Does it. */
    T read() throws IOException;
  }

  /** Reads of an image, and says of which if that is damaged. */
  static <T> T reading(String name, Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (CorruptImageException | UnknownObjectException e) {
      throw new CkptException(e.code(), name + ": " + e.getMessage(), e);
    }
  }

  ImageState state() throws IOException {
    return reading(name, () -> ImageState.read(reader));
  }

  Optional<ObjectType> peek() throws IOException {
    return reading(name, reader::peek);
  }

  @Override
  public Optional<ImageObject> next() throws IOException {
    return reading(name, reader::next);
  }

  @Override
  public ByteBuffer pages() {
    return reader.pages();
  }

  /** Reads what is left, and so checks it. */
  void readToEnd() throws IOException {
    while (next().isPresent()) {
      // next() has checked it
    }
    requireEnd();
  }

  void requireEnd() throws IOException {
    reading(
        name,
        () -> {
          reader.requireEnd();
          return reader;
        });
  }
}
