package dev.ckpt.format;

import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Seal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Sealed images in memory. */
final class SealedImages {
  static final String PASSPHRASE = "correct horse";

  /** Few, so that tests take no time. */
  static final int ITERATIONS = 3;

  private SealedImages() {}

  static byte[] passphrase() {
    return PASSPHRASE.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] keyFile() {
    byte[] content = new byte[40];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (7 * i);
    }
    return content;
  }

  static byte[] salt(int filler) {
    byte[] salt = new byte[Seal.SALT_BYTES];
    Arrays.fill(salt, (byte) filler);
    return salt;
  }

  /** The image of {@link Samples}, sealed. */
  static byte[] image(ImageKey key) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes), Optional.of(key))) {
      Samples.writeState(writer);
      writer.writePages(Samples.pageArray(), Samples.pages());
      writer.write(Samples.statistics());
      writer.finish();
    }
    return bytes.toByteArray();
  }

  /** One with two page arrays of one page each and little else. */
  static byte[] shortImage(ImageKey key) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes), Optional.of(key))) {
      writer.write(Samples.header());
      int shmem = writer.writeShared(MemorySamples.shmem());
      for (int i = 0; i < 2; i++) {
        PageRun run = new PageRun((long) i * Limits.PAGE_SIZE, 1, PageKind.DATA);
        writer.writePages(new PageArray(shmem, List.of(run)), Samples.pages());
      }
      writer.write(Samples.statistics());
      writer.finish();
    }
    return bytes.toByteArray();
  }

  static List<ImageObject> readAll(byte[] image, KeySource keys) throws IOException {
    List<ImageObject> objects = new ArrayList<>();
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)), keys)) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        objects.add(next.get());
        if (next.get().record() instanceof PageArray) {
          ByteBuffer pages = reader.pages();
          if (!pages.equals(Samples.pages())) {
            throw new AssertionError("other pages than were written");
          }
        }
      }
      reader.requireEnd();
    }
    return objects;
  }
}
