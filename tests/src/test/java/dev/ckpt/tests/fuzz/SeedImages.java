package dev.ckpt.tests.fuzz;

import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.PageArray;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Images to begin with: the golden ones, which hold every record, and small ones. */
final class SeedImages {
  private static final Path GOLDEN = Path.of("../format-spec/src/test/resources/golden");

  private SeedImages() {}

  /** A golden image. */
  static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(GOLDEN.resolve(name));
  }

  /** That of the newest version. */
  static byte[] golden() throws IOException {
    return golden("v1-small.ckpt");
  }

  /** One that builds on another. */
  static byte[] child() throws IOException {
    return golden("v1-child.ckpt");
  }

  /** With compressed page arrays. */
  static List<byte[]> compressed() throws IOException {
    return List.of(golden("v1-lz4.ckpt"), golden("v1-zstd.ckpt"));
  }

  /**
   * The golden images of the newest version that are not sealed, and one for each object of that
   * which stands on its own.
   */
  static List<byte[]> all() throws IOException {
    List<byte[]> all = new ArrayList<>();
    all.add(golden());
    List<ImageObject> objects = new ArrayList<>();
    Map<ImageObject, ByteBuffer> pages = new HashMap<>();
    read(all.get(0), objects, pages);
    for (ImageObject object : objects) {
      all.add(image(needed(object, objects), pages));
    }
    all.add(image(WholeTask.of(objects), pages));
    all.add(child());
    all.addAll(compressed());
    return all;
  }

  private static void read(
      byte[] image, List<ImageObject> objects, Map<ImageObject, ByteBuffer> pages)
      throws IOException {
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)))) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        ObjectType type = next.get().record().type();
        if (type == ObjectType.PAGE_ARRAY) {
          ByteBuffer all = reader.pages();
          pages.put(next.get(), ByteBuffer.allocateDirect(all.remaining()).put(all).flip());
        }
        if (type != ObjectType.INDEX && type != ObjectType.TAIL) {
          objects.add(next.get());
        }
      }
    }
  }

  /** The header, an object, and all that it refers to, in their order. */
  private static List<ImageObject> needed(ImageObject object, List<ImageObject> all) {
    Set<Integer> objrefs = new HashSet<>();
    Set<ImageObject> needed = new HashSet<>(List.of(all.get(0), object));
    for (int i = all.size() - 1; i >= 0; i--) {
      if (needed.contains(all.get(i)) || objrefs.contains(all.get(i).objref())) {
        needed.add(all.get(i));
        all.get(i).record().references().forEach(to -> objrefs.add(to.objref()));
      }
    }
    return all.stream().filter(needed::contains).toList();
  }

  private static byte[] image(List<ImageObject> objects, Map<ImageObject, ByteBuffer> pages)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      int given = 0;
      for (ImageObject object : objects) {
        while (given < object.objref()) {
          given = writer.nextObjref();
        }
        if (object.record() instanceof PageArray table) {
          writer.writePages(table, pages.get(object).duplicate());
        } else {
          writer.write(object.objref(), object.record());
        }
      }
      writer.finish();
    }
    return bytes.toByteArray();
  }

  /** The objects of an image: type, then payload. */
  static List<byte[]> objects(byte[] image) {
    ByteBuffer in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> objects = new ArrayList<>();
    for (int at = 16; at + 24 <= image.length; ) {
      int len = (int) in.getLong(at + 8);
      byte[] object = Arrays.copyOfRange(image, at + 24 - Short.BYTES, at + 24 + len);
      System.arraycopy(image, at, object, 0, Short.BYTES);
      objects.add(object);
      at += 24 + (len + 7 & -8);
    }
    return objects;
  }
}
