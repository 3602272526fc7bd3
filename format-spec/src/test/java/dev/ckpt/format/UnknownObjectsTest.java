package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageCodec;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Objects of types that this build does not know, written and read by those who keep them. */
class UnknownObjectsTest {
  private static final byte[] PAYLOAD = {1, 2, 3};

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private ImageWriter writer(Optional<ImageKey> key) throws IOException {
    ImageWriter writer = new ImageWriter(Channels.newChannel(bytes), key);
    writer.write(Samples.header());
    return writer;
  }

  private ImageReader reader(KeySource keys) throws IOException {
    return new ImageReader(
        Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray())), keys);
  }

  private List<String> skipped(KeySource keys) throws IOException {
    List<String> all = new ArrayList<>();
    try (ImageReader reader = reader(keys)) {
      reader.onUnknown(
          (type, objref, payload) -> {
            byte[] found = new byte[payload.remaining()];
            payload.get(found);
            assertArrayEquals(PAYLOAD, found);
            all.add(type + " " + objref);
          });
      while (reader.next().isPresent()) {
        // each object leads to those before it
      }
      assertEquals(all.size(), reader.nrSkipped());
    }
    return all;
  }

  private static void writeTwo(ImageWriter writer) throws IOException {
    writer.writeUnknown(999, writer.nextObjref(), ByteBuffer.wrap(PAYLOAD));
    writer.writeUnknown(60_000, 0, ByteBuffer.wrap(PAYLOAD));
    writer.finish();
  }

  @Test
  void areReadAsTheyWereWritten() throws IOException {
    try (ImageWriter writer = writer(Optional.empty())) {
      writeTwo(writer);
    }
    assertEquals(List.of("999 1", "60000 0"), skipped(KeySource.NONE));
  }

  @Test
  void areSealedAndOpenedAsAllOthers() throws IOException {
    try (SealSecret secret = SealSecret.ofKeyFile(SealedImages.keyFile());
        ImageKey key = secret.newKey()) {
      try (ImageWriter writer = writer(Optional.of(key))) {
        writeTwo(writer);
      }
      assertEquals(List.of("999 1", "60000 0"), skipped(secret));
    }
  }

  @Test
  void knowTheirLimits() throws IOException {
    ByteBuffer payload = ByteBuffer.wrap(PAYLOAD);
    try (ImageWriter writer = writer(Optional.empty())) {
      for (int type : new int[] {ObjectType.TASK.number(), -1, 1 << 16}) {
        assertThrows(
            IllegalArgumentException.class, () -> writer.writeUnknown(type, 0, payload), "" + type);
      }
      assertThrows(IllegalArgumentException.class, () -> writer.writeUnknown(999, 1, payload));
      ByteBuffer longer = ByteBuffer.allocate(Limits.MAX_UNKNOWN_PAYLOAD_BYTES + 1);
      assertThrows(IllegalArgumentException.class, () -> writer.writeUnknown(999, 0, longer));
      writer.reserveObjrefs(5);
      writer.writeUnknown(999, 5, payload);
      assertThrows(IllegalStateException.class, () -> writer.writeUnknown(999, 4, payload));
      writeTwo(writer);
    }
    assertEquals(List.of("999 5", "999 6", "60000 0"), skipped(KeySource.NONE));
  }

  @Test
  void pageArraysAreCompressedOneByOne() throws IOException {
    List<Optional<PageCodec>> codecs =
        List.of(Optional.of(PageCodec.LZ4), Optional.empty(), Optional.of(PageCodec.ZSTD));
    try (ImageWriter writer = writer(Optional.empty())) {
      int owner = writer.writeShared(MemorySamples.shmem());
      for (int i = 0; i < codecs.size(); i++) {
        writer.compressBy(codecs.get(i));
        PageRun run = new PageRun((long) i * Limits.PAGE_SIZE, 1, PageKind.DATA);
        writer.writePages(
            new PageArray(owner, List.of(run)), ByteBuffer.allocateDirect(Limits.PAGE_SIZE));
      }
      writer.finish();
    }
    List<Optional<PageCodec>> found = new ArrayList<>();
    try (ImageReader reader = reader(KeySource.NONE)) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record().type() == ObjectType.PAGE_ARRAY) {
          found.add(reader.codec());
        }
      }
    }
    assertEquals(codecs, found);
  }
}
