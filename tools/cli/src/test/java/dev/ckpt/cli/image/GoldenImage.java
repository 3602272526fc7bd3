package dev.ckpt.cli.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.Tail;
import dev.ckpt.format.record.Vma;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The golden image of version 1, which every later version must read too, and one made of it. */
final class GoldenImage {
  static final int MANY = 30;

  private static final String GOLDEN = "format-spec/src/test/resources/golden/v1-small.ckpt";
  private static final int PAGE = 4096;

  private GoldenImage() {}

  static byte[] bytes() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve(GOLDEN))) {
      root = root.getParent();
      assertTrue(root != null, "started outside of the source tree");
    }
    return Files.readAllBytes(root.resolve(GOLDEN));
  }

  static ReadableByteChannel channel(byte[] image) {
    return Channels.newChannel(new ByteArrayInputStream(image));
  }

  /** The same with many mappings, whose names are long, and many descriptors. */
  static byte[] wide() throws IOException {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    try (ImageReader reader = new ImageReader(channel(bytes()));
        ImageWriter writer = new ImageWriter(Channels.newChannel(image))) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        ImageRecord record = next.get().record();
        if (record instanceof PageArray array) {
          writer.writePages(array, reader.pages());
        } else if (!(record instanceof Tail || record instanceof Index)) {
          for (int last = 0; last < next.get().objref(); ) {
            last = writer.nextObjref();
          }
          writer.write(next.get().objref(), record);
          multiply(record, writer);
        }
      }
      writer.finish();
    }
    return image.toByteArray();
  }

  private static void multiply(ImageRecord record, ImageWriter writer) throws IOException {
    for (int i = 1; i < MANY; i++) {
      if (record instanceof Vma vma && vma.name().toString().equals("[heap]")) {
        long start = vma.end() + 2L * i * PAGE;
        ByteString name = ByteString.of("/a/" + "folder/".repeat(10) + "lib" + i + ".so");
        writer.write(
            new Vma(
                start,
                start + PAGE,
                vma.prot(),
                vma.mapFlags(),
                vma.vmFlags(),
                vma.pgoffBytes(),
                vma.backing(),
                name,
                vma.kind()));
      } else if (record instanceof Fd fd) {
        writer.write(new Fd(fd.fd() + i, fd.fdFlags(), fd.file()));
      }
    }
  }
}
