package dev.ckpt.format;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads images in memory. */
final class Images {
  private Images() {}

  static ImageReader reader(byte[] image) throws IOException {
    return new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)));
  }

  /** All objects, with the pages read, and nothing behind the tail. */
  static List<ImageObject> readAll(byte[] image) throws IOException {
    List<ImageObject> objects = new ArrayList<>();
    try (ImageReader reader = reader(image)) {
      Optional<ImageObject> next = reader.next();
      while (next.isPresent()) {
        objects.add(next.get());
        if (next.get().record().type() == ObjectType.PAGE_ARRAY) {
          ByteBuffer pages = reader.pages();
          pages.get(new byte[pages.remaining()]);
        }
        next = reader.next();
      }
      reader.requireEnd();
    }
    return objects;
  }
}
