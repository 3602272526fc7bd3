package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.RawStream.Raw;
import dev.ckpt.format.SpecDecoder.Refused;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageArrayCompressed;
import dev.ckpt.format.record.PageCodec;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Page arrays that are compressed: who reads them sees nothing of it, whatever they hold. */
class CompressedImageTest {
  private static final int ROUNDS = Integer.getInteger("ckpt.rounds", 3000);
  private static final int CANARY_BYTES = 64;
  private static final byte CANARY = 0x6b;

  @TempDir Path folder;

  private static Random random(String of) {
    long seed = Long.getLong("ckpt.seed", System.nanoTime());
    System.out.println("CompressedImageTest " + of + " seed " + seed);
    return new Random(seed);
  }

  @ParameterizedTest
  @EnumSource(PageCodec.class)
  void writesWhatShrinksCompressedAndTheRestAsItIs(PageCodec codec) throws Exception {
    byte[] image = Samples.compressedImage(codec);
    assertEquals(
        List.of(451, 450, 450, 451),
        RawStream.parse(image).stream()
            .map(Raw::type)
            .filter(type -> type == 450 || type == 451)
            .toList());
    assertEquals(CompressedSamples.arrays(), CompressedSamples.read(Images.reader(image)));
    Path path = Files.write(folder.resolve("image"), image);
    try (ImageFile file = ImageFile.open(path)) {
      file.verify();
      assertEquals(4, file.nrPageArrays());
    }
  }

  @ParameterizedTest
  @EnumSource(PageCodec.class)
  void compressesBeforeItSeals(PageCodec codec) throws Exception {
    try (SealSecret secret = SealSecret.ofKeyFile(SealedImages.keyFile())) {
      byte[] image = CompressedSamples.image(Optional.of(secret.newKey()), codec);
      byte[] plain = Samples.compressedImage(codec);
      assertTrue(image.length < plain.length + 2 * 4096, image.length + " and " + plain.length);
      assertEquals(
          CompressedSamples.arrays(),
          CompressedSamples.read(
              new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)), secret)));
      Path path = Files.write(folder.resolve("sealed"), image);
      try (ImageFile file = ImageFile.open(path, secret)) {
        file.verify();
        ByteBuffer page = ByteBuffer.allocate(Limits.PAGE_SIZE);
        assertEquals(Optional.of(PageKind.DATA), file.readPage(1, 0x9000, page));
      }
    }
  }

  /** Arrays of all sizes and kinds of runs, read at once and page by page. */
  @Test
  void givesBackWhateverWasWritten() throws Exception {
    Random random = random("round trip");
    for (int round = 0; round < 40; round++) {
      Map<PageArray, ByteBuffer> arrays = arrays(random);
      PageCodec codec = PageCodec.values()[random.nextInt(2)];
      byte[] image = image(arrays, codec);
      assertEquals(arrays, CompressedSamples.read(Images.reader(image)));
      try (ImageFile file = ImageFile.open(Files.write(folder.resolve("image"), image))) {
        List<PageArray> backwards = new ArrayList<>(arrays.keySet());
        for (int i = backwards.size() - 1; i >= 0; i--) {
          assertPages(backwards.get(i), arrays.get(backwards.get(i)), file);
        }
      }
    }
  }

  private static void assertPages(PageArray array, ByteBuffer pages, ImageFile file)
      throws IOException {
    int at = 0;
    for (PageRun run : array.runs()) {
      for (long addr = run.addr(); addr < run.end(); addr += Limits.PAGE_SIZE) {
        ByteBuffer page = ByteBuffer.allocate(Limits.PAGE_SIZE);
        assertEquals(Optional.of(run.kind()), file.readPage(array.owner(), addr, page));
        if (run.kind() == PageKind.DATA) {
          assertEquals(pages.slice(at, Limits.PAGE_SIZE), page.flip());
          at += Limits.PAGE_SIZE;
        }
      }
    }
  }

  private static Map<PageArray, ByteBuffer> arrays(Random random) {
    Map<PageArray, ByteBuffer> arrays = new LinkedHashMap<>();
    long addr = 0;
    for (int i = random.nextInt(4); i >= 0; i--) {
      List<PageRun> runs = new ArrayList<>();
      int left = Limits.MAX_ARRAY_DATA_PAGES;
      int nrRuns = 1 + random.nextInt(5);
      for (int run = 0; run < nrRuns && left > 0; run++) {
        int nr = 1 + random.nextInt(random.nextBoolean() ? left : Math.min(left, 4));
        PageKind kind = random.nextInt(4) == 0 ? PageKind.ZERO : PageKind.DATA;
        runs.add(new PageRun(addr, nr, kind));
        addr += (nr + random.nextInt(3)) * (long) Limits.PAGE_SIZE;
        left -= kind == PageKind.DATA ? nr : 0;
      }
      PageArray array = new PageArray(1, runs);
      arrays.put(array, content(array.dataBytes(), random));
    }
    return arrays;
  }

  private static ByteBuffer content(int lenBytes, Random random) {
    byte[] bytes = new byte[lenBytes];
    random.nextBytes(bytes);
    int share = random.nextInt(5);
    for (int i = 0; i < bytes.length; i += 16) {
      if (random.nextInt(4) < share) {
        Arrays.fill(bytes, i, i + 16, (byte) (share - 2));
      }
    }
    return ByteBuffer.allocateDirect(lenBytes).put(bytes).flip();
  }

  private static byte[] image(Map<PageArray, ByteBuffer> arrays, PageCodec codec)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer =
        new ImageWriter(Channels.newChannel(bytes), Optional.empty(), Optional.of(codec))) {
      writer.write(Samples.header());
      writer.writeShared(MemorySamples.shmem());
      for (Map.Entry<PageArray, ByteBuffer> each : arrays.entrySet()) {
        writer.writePages(each.getKey(), each.getValue().duplicate());
      }
      writer.finish();
    }
    return bytes.toByteArray();
  }

  /** Restores read ahead: the pages before stay good, be they compressed or not. */
  @Test
  void keepsThePagesOfTheArrayBefore() throws Exception {
    List<ByteBuffer> expected = List.copyOf(CompressedSamples.arrays().values());
    for (PageCodec codec : PageCodec.values()) {
      byte[] image = Samples.compressedImage(codec);
      List<ByteBuffer> seen = new ArrayList<>();
      try (ImageReader reader =
          new ImageReader(
              Channels.newChannel(new ByteArrayInputStream(image)), KeySource.NONE, 1)) {
        ImageState.read(reader);
        for (Optional<ImageObject> next = reader.next();
            next.isPresent() && next.get().record() instanceof PageArray;
            next = reader.next()) {
          seen.add(reader.pages());
          int last = seen.size() - 1;
          assertTrue(seen.get(last).isDirect() && seen.get(last).isReadOnly());
          assertEquals(expected.get(last), seen.get(last));
          assertEquals(expected.get(Math.max(0, last - 1)), seen.get(Math.max(0, last - 1)));
        }
      }
      assertEquals(expected.size(), seen.size());
    }
  }

  private static byte[] compressed(PageCodec codec, ByteBuffer pages) {
    ByteBuffer out = new PageCompressor(codec).compress(pages).orElseThrow();
    byte[] bytes = new byte[out.remaining()];
    out.get(bytes);
    return bytes;
  }

  private static PageArrayCompressed table(PageCodec codec, int nrPages) {
    return new PageArrayCompressed(1, codec, List.of(new PageRun(0, nrPages, PageKind.DATA)));
  }

  private static CorruptImageException refused(PageArrayCompressed table, byte[] bytes) {
    CorruptImageException e =
        assertThrows(
            CorruptImageException.class,
            () -> new PageExpander(1).expand(table, ByteBuffer.wrap(bytes), 800));
    assertEquals("PAGE_ARRAY_COMPRESSED", e.objectType());
    assertEquals(800, e.offset());
    return e;
  }

  @ParameterizedTest
  @EnumSource(PageCodec.class)
  void refusesOtherLengthsThanTheTableSays(PageCodec codec) throws Exception {
    byte[] three = compressed(codec, content(3 * Limits.PAGE_SIZE, new Random(3)));
    new PageExpander(1).expand(table(codec, 3), ByteBuffer.wrap(three), 0);
    refused(table(codec, 4), three);
    refused(table(codec, 2), three);
    refused(table(codec, 1), three);
    refused(table(codec, 256), three);
    for (int len = 0; len < three.length; len += 1 + len / 50) {
      refused(table(codec, 3), Arrays.copyOf(three, len));
    }
    refused(table(codec, 3), Arrays.copyOf(three, three.length + 1));
    // What does not shrink is not compressed.
    refused(table(codec, 1), new byte[Limits.PAGE_SIZE]);
  }

  @Test
  void refusesOneThatHasNoPages() {
    PageRun zeros = new PageRun(0, 3, PageKind.ZERO);
    assertThrows(
        IllegalArgumentException.class,
        () -> new PageArrayCompressed(1, PageCodec.LZ4, List.of(zeros)));
  }

  /** A frame that asks for a window of 128 GiB, or says that it becomes an exabyte. */
  @Test
  void allocatesNothingForWhatAFrameSays() {
    ByteBuffer pages = content(Limits.PAGE_SIZE, new Random(1));
    byte[] frame = new byte[2 * Limits.PAGE_SIZE];
    int len =
        new ZstdCompressor()
            .compress(array(pages), 0, Limits.PAGE_SIZE / 2, frame, 0, frame.length);
    for (int descriptor = 0; descriptor < 256; descriptor++) {
      for (int window : new int[] {0, 0x50, 0xb8, 0xff}) {
        byte[] hostile = Arrays.copyOf(frame, Math.min(len, Limits.PAGE_SIZE - 1));
        hostile[4] = (byte) descriptor;
        hostile[5] = (byte) window;
        Arrays.fill(hostile, 6, 14, (byte) window);
        ReaderMemory.assertRefusedWithLittle(
            CorruptImageException.class,
            () ->
                new PageExpander(1)
                    .expand(table(PageCodec.ZSTD, 1), ByteBuffer.wrap(hostile), 800));
      }
    }
  }

  private static byte[] array(ByteBuffer bytes) {
    byte[] array = new byte[bytes.remaining()];
    bytes.duplicate().get(array);
    return array;
  }

  /**
   * Compressed bytes that somebody changed: refused, or other pages; the second reader agrees on
   * those. Nothing is written beside the buffer.
   */
  @ParameterizedTest
  @EnumSource(PageCodec.class)
  void readsOrRefusesWhateverComes(PageCodec codec) throws Exception {
    Random random = random(codec.name());
    PageExpander expander = new PageExpander(1);
    int nrRefused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int nrPages = 1 + random.nextInt(random.nextInt(20) == 0 ? 64 : 3);
      byte[] bytes = mutant(codec, nrPages, random);
      int lenBytes = nrPages * Limits.PAGE_SIZE;
      Optional<byte[]> found = Optional.empty();
      try {
        ByteBuffer pages = expander.expand(table(codec, nrPages), direct(bytes), 0);
        found = Optional.of(array(pages));
      } catch (CorruptImageException e) {
        nrRefused++;
      }
      if (found.isPresent()) {
        assertArrayEquals(second(codec, bytes, lenBytes), found.get());
      }
    }
    assertTrue(nrRefused > ROUNDS / 4 && nrRefused < ROUNDS, nrRefused + " refused");
  }

  private static byte[] second(PageCodec codec, byte[] bytes, int lenBytes) {
    try {
      return SecondCodec.expand(codec.number(), bytes, lenBytes);
    } catch (Refused e) {
      throw new AssertionError("the second reader refuses what the codec reads", e);
    }
  }

  private static byte[] mutant(PageCodec codec, int nrPages, Random random) {
    ByteBuffer pages;
    byte[] bytes;
    do {
      pages = content(nrPages * Limits.PAGE_SIZE, random);
      Optional<ByteBuffer> small = new PageCompressor(codec).compress(pages);
      bytes = small.map(CompressedImageTest::array).orElse(new byte[0]);
    } while (bytes.length == 0);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(random.nextBoolean() ? Math.min(32, bytes.length) : bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, 1 + at);
        default -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 9), (byte) -1);
      }
    }
    return bytes;
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  /** NB: the library writes by address, so that no array would notice. */
  @ParameterizedTest
  @EnumSource(PageCodec.class)
  void writesNothingBesideItsBuffer(PageCodec codec) throws Exception {
    Random random = random("canary " + codec);
    Decompressor library = codec == PageCodec.LZ4 ? new Lz4Decompressor() : new ZstdDecompressor();
    ByteBuffer memory = ByteBuffer.allocateDirect((64 + 2) * Limits.PAGE_SIZE);
    for (int round = 0; round < ROUNDS; round++) {
      int nrPages = 1 + random.nextInt(random.nextInt(20) == 0 ? 64 : 3);
      int lenBytes = nrPages * Limits.PAGE_SIZE;
      byte[] bytes = mutant(codec, nrPages, random);
      for (int i = 0; i < CANARY_BYTES; i++) {
        memory.put(Limits.PAGE_SIZE - 1 - i, CANARY).put(Limits.PAGE_SIZE + lenBytes + i, CANARY);
      }
      ByteBuffer pages = memory.slice(Limits.PAGE_SIZE, lenBytes);
      try {
        library.decompress(direct(bytes), pages);
      } catch (RuntimeException e) {
        assertTrue(pages.position() <= lenBytes);
      }
      for (int i = 0; i < CANARY_BYTES; i++) {
        assertEquals(CANARY, memory.get(Limits.PAGE_SIZE - 1 - i));
        assertEquals(CANARY, memory.get(Limits.PAGE_SIZE + lenBytes + i));
      }
    }
  }
}
