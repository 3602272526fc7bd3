package dev.ckpt.format;

import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.Tail;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Writes an image anew, object by object: the same checkpoint, with its UUID and its object
 * references, sealed and compressed as the writer has it. {@link ImageMerge} and {@link ImageDelta}
 * do the same and change something on the way.
 */
public final class ImageCopy {
  private ImageCopy() {}

  /** Where page arrays go. */
  interface Pages {
    void write(PageArray table, ByteBuffer pages) throws IOException;
  }

  /**
   * Writes the image as it is, and finishes it. Objects of unknown types that may be skipped are
   * left out.
   *
   * @param reader from its first object
   * @throws IOException if it is damaged; then the new one is not finished
   */
  public static void copy(ImageReader reader, ImageWriter writer) throws IOException {
    writeState(ImageState.read(reader).objects(), writer);
    writeRest(reader, writer::writePages, writer);
    writer.finish();
  }

  /** Writes header and state objects. */
  static void writeState(List<ImageObject> objects, ImageWriter writer) throws IOException {
    for (ImageObject object : objects) {
      writer.reserveObjrefs(object.objref());
      writer.write(object.objref(), object.record());
    }
  }

  /** Writes what follows them, up to the index. */
  static void writeRest(PageStream image, Pages pages, ImageWriter writer) throws IOException {
    for (Optional<ImageObject> next = image.next(); next.isPresent(); next = image.next()) {
      ImageRecord record = next.get().record();
      if (record instanceof PageArray array) {
        pages.write(array, image.pages());
      } else if (!(record instanceof Index || record instanceof Tail)) {
        writer.write(record);
      }
    }
  }
}
