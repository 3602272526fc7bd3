package dev.ckpt.core.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;

/** Where an image is written to; nobody sees it before {@link #publish}. */
public interface ImageOutput extends AutoCloseable {
  /** Zeros that are written at once where there can be no hole. */
  int MOST_ZEROS = 1 << 16;

  /** Takes the image's bytes in order. */
  WritableByteChannel channel();

  /** Leaves out bytes that read as zeros: a hole, where there can be one. */
  default void skip(long lenBytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(lenBytes, MOST_ZEROS));
    for (long left = lenBytes; left > 0; left -= zeros.limit()) {
      zeros.clear().limit((int) Math.min(left, MOST_ZEROS));
      while (zeros.hasRemaining()) {
        channel().write(zeros);
      }
    }
  }

  /**
   * Whether to write is little more than to copy within memory, as it is for a file. A pipe may
   * take its time, and a frozen task must not wait for whoever reads it.
   */
  default boolean isPrompt() {
    return false;
  }

  /**
   * Opens a window on the file that it is, before anything is written. A page array that is then
   * written from where it will stand is not copied.
   *
   * @param lenBytes the largest that is of use, a multiple of the page size
   * @return nothing if it is no file, or one that cannot be written so; belongs to the caller
   */
  default Optional<ImageWindow> window(long lenBytes) throws IOException {
    return Optional.empty();
  }

  /**
   * Asked now and then by what takes long.
   *
   * @throws IOException when nobody wants the image any more
   */
  default void requireWanted() throws IOException {}

  /**
   * Makes all that was written survive a power failure, and its name too once it is published. What
   * cannot be had on the disk is never published.
   */
  void sync() throws IOException;

  /** Makes the image visible; until then nothing of it is. */
  void publish() throws IOException;

  /** Leaves nothing behind when the image was not published. */
  @Override
  void close() throws IOException;
}
