package dev.ckpt.format;

import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageArrayCompressed;
import dev.ckpt.format.record.PageCodec;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** An image with page arrays that shrink, one that does not, and one that has no bytes. */
final class CompressedSamples {
  private static final int OWNER = 1;

  /** Bytes of pages that shrink. */
  static final long COMPRESSED_BYTES = 5L * Limits.PAGE_SIZE;

  private CompressedSamples() {}

  static PageArrayCompressed pageArray() {
    return new PageArrayCompressed(
        Samples.MM,
        PageCodec.ZSTD,
        List.of(
            new PageRun(Samples.HEAP, 3, PageKind.DATA),
            new PageRun(Samples.HEAP + 0x4000, 2, PageKind.ZERO)));
  }

  /** Pages that do not shrink; the same each time. */
  static ByteBuffer noise(int nr) {
    byte[] noise = new byte[nr * Limits.PAGE_SIZE];
    new Random(nr).nextBytes(noise);
    return ByteBuffer.allocateDirect(noise.length).put(noise).flip();
  }

  /** Pages that do: words, and the same again. */
  private static ByteBuffer words(int nr) {
    ByteBuffer words = ByteBuffer.allocateDirect(nr * Limits.PAGE_SIZE);
    Random random = new Random(nr);
    while (words.hasRemaining()) {
      words.putLong(
          random.nextInt(7) == 0 ? random.nextLong() : 0x5555_5555_0000L + random.nextInt(99));
    }
    return words.flip();
  }

  private static PageArray array(PageRun... runs) {
    return new PageArray(OWNER, List.of(runs));
  }

  /** All page arrays of the image with their pages. */
  static Map<PageArray, ByteBuffer> arrays() {
    Map<PageArray, ByteBuffer> arrays = new LinkedHashMap<>();
    arrays.put(
        array(
            new PageRun(0, 1, PageKind.DATA),
            new PageRun(0x1000, 5, PageKind.ZERO),
            new PageRun(0x8000, 3, PageKind.DATA)),
        words(4));
    arrays.put(array(new PageRun(0x1_0000, 1, PageKind.DATA)), noise(1));
    arrays.put(array(new PageRun(0x2_0000, 9, PageKind.ZERO)), ByteBuffer.allocateDirect(0));
    arrays.put(array(new PageRun(0x3_0000, 1, PageKind.DATA)), words(1));
    return arrays;
  }

  /**
   * The image.
   *
   * @param key of a sealed one
   */
  static byte[] image(Optional<ImageKey> key, PageCodec codec) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer =
        new ImageWriter(Channels.newChannel(bytes), key, Optional.of(codec))) {
      writer.write(Samples.header());
      writer.writeShared(MemorySamples.shmem());
      for (Map.Entry<PageArray, ByteBuffer> each : arrays().entrySet()) {
        writer.writePages(each.getKey(), each.getValue());
      }
      writer.write(Samples.statistics());
      writer.finish();
    }
    return bytes.toByteArray();
  }

  /** The page arrays that a reader gives, with their pages. Closes it. */
  static Map<PageArray, ByteBuffer> read(ImageReader opened) throws IOException {
    Map<PageArray, ByteBuffer> arrays = new LinkedHashMap<>();
    try (ImageReader reader = opened) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        ImageRecord record = next.get().record();
        if (record instanceof PageArray array) {
          ByteBuffer pages = reader.pages();
          arrays.put(array, ByteBuffer.allocate(pages.remaining()).put(pages).flip());
        }
      }
      reader.requireEnd();
    }
    return arrays;
  }
}
