package dev.ckpt.tests;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.Statistics;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** An image as it would be from another machine: some of its records are not what was dumped. */
final class ChangedImage {
  private ChangedImage() {}

  /** A writer gives references out in their order; the copy has those of the image. */
  private static void take(ImageWriter writer, int objref) {
    int given = 0;
    while (given < objref) {
      given = writer.nextObjref();
    }
  }

  /** Writes a copy whose header and state records went through a function. */
  static Path of(Path image, Path copy, UnaryOperator<ImageRecord> change) throws IOException {
    return of(image, copy, change, List.of());
  }

  /**
   * Writes a copy with more records, to which nothing refers, behind the first one of the state.
   */
  static Path with(Path image, Path copy, ImageRecord... more) throws IOException {
    return of(image, copy, UnaryOperator.identity(), List.of(more));
  }

  /** Writes a copy with another state, whose references ascend; the pages are the same. */
  static Path withState(Path image, Path copy, List<ImageObject> state) throws IOException {
    try (FileChannel from = FileChannel.open(image);
        ImageReader reader = new ImageReader(from);
        FileChannel to = FileChannel.open(copy, CREATE_NEW, WRITE);
        ImageWriter writer = new ImageWriter(to)) {
      int given = 0;
      for (ImageObject object : state) {
        while (given < object.objref()) {
          given = writer.nextObjref();
        }
        writer.write(object.objref(), object.record());
      }
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        ImageRecord content = next.get().record();
        if (content instanceof PageArray) {
          writer.writePages((PageArray) content, reader.pages());
        } else if (content instanceof Statistics) {
          writer.write(content);
        }
      }
      writer.finish();
      return copy;
    }
  }

  private static Path of(
      Path image, Path copy, UnaryOperator<ImageRecord> change, List<ImageRecord> more)
      throws IOException {
    Iterator<ImageRecord> added = more.iterator();
    try (FileChannel from = FileChannel.open(image);
        ImageReader reader = new ImageReader(from);
        FileChannel to = FileChannel.open(copy, CREATE_NEW, WRITE);
        ImageWriter writer = new ImageWriter(to)) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        ImageRecord content = next.get().record();
        if (content instanceof PageArray) {
          writer.writePages((PageArray) content, reader.pages());
        } else if (content.type().phase() == ObjectType.Phase.STATE) {
          take(writer, next.get().objref());
          writer.write(next.get().objref(), change.apply(content));
          while (added.hasNext()) {
            writer.write(added.next());
          }
        } else if (content.type().phase().compareTo(ObjectType.Phase.INDEX) < 0) {
          writer.write(change.apply(content));
        }
      }
      writer.finish();
      return copy;
    }
  }
}
