package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFileTest {
  private static final int PAGE = Limits.PAGE_SIZE;

  @TempDir Path folder;

  /** What the image should hold: the seed of each page's bytes, 0 for a page of zeros. */
  private static final class Model {
    final Map<Integer, Map<Long, Integer>> pages = new HashMap<>();
    final Random random;

    Model(long seed) {
      random = new Random(seed);
    }

    /** The next page array of an owner, behind its last one. */
    PageArray table(int owner) {
      Map<Long, Integer> known = pages.computeIfAbsent(owner, o -> new HashMap<>());
      long addr = known.keySet().stream().mapToLong(a -> a + PAGE).max().orElse(0);
      List<PageRun> runs = new ArrayList<>();
      int dataPages = 0;
      int nrRuns = 1 + random.nextInt(40);
      for (int i = 0; i < nrRuns; i++) {
        addr += (long) random.nextInt(3) * PAGE;
        boolean data = random.nextBoolean();
        int nr = 1 + random.nextInt(data ? 6 : 30);
        dataPages += data ? nr : 0;
        if (dataPages > Limits.MAX_ARRAY_DATA_PAGES) {
          break;
        }
        runs.add(new PageRun(addr, nr, data ? PageKind.DATA : PageKind.ZERO));
        for (int p = 0; p < nr; p++, addr += PAGE) {
          known.put(addr, data ? 1 + random.nextInt(Integer.MAX_VALUE - 1) : 0);
        }
      }
      return new PageArray(owner, runs);
    }

    ByteBuffer bytes(PageArray table) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(table.dataBytes());
      for (PageRun run : table.runs()) {
        for (long addr = run.addr(); addr < run.end(); addr += PAGE) {
          if (run.kind() == PageKind.DATA) {
            bytes.put(page(pages.get(table.owner()).get(addr)));
          }
        }
      }
      return bytes.flip();
    }

    static byte[] page(int seed) {
      byte[] page = new byte[PAGE];
      if (seed != 0) {
        new Random(seed).nextBytes(page);
      }
      return page;
    }
  }

  private Path write(Model model, int nrArrays) throws IOException {
    Path path = folder.resolve("random.ckpt");
    try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ImageWriter writer = new ImageWriter(channel)) {
      Samples.writeState(writer);
      for (int i = 0; i < nrArrays; i++) {
        PageArray table = model.table(model.random.nextBoolean() ? Samples.MM : Samples.MEMFD);
        writer.writePages(table, model.bytes(table));
      }
      writer.finish();
    }
    return path;
  }

  @Test
  void findsEveryPageOfARandomImageAndNoOther() throws Exception {
    long seed = System.nanoTime();
    System.out.println("ImageFileTest seed " + seed);
    Model model = new Model(seed);
    Path path = write(model, 60);
    try (ImageFile file = ImageFile.open(path)) {
      file.verify();
      assertEquals(60, file.nrPageArrays());
      for (int i = 0; i < 3000; i++) {
        int owner = model.random.nextInt(5) == 0 ? Samples.EXE : 2 + model.random.nextInt(2);
        long addr = (long) model.random.nextInt(20_000) * PAGE;
        assertPage(model, file, owner, addr);
      }
      for (Map.Entry<Integer, Map<Long, Integer>> owner : model.pages.entrySet()) {
        for (long addr : owner.getValue().keySet().stream().sorted().toList()) {
          assertPage(model, file, owner.getKey(), addr);
        }
      }
      assertEquals(TaskSamples.task(), file.state().task());
    }
  }

  private static void assertPage(Model model, ImageFile file, int owner, long addr)
      throws IOException {
    ByteBuffer page = ByteBuffer.allocate(PAGE);
    Optional<PageKind> kind = file.readPage(owner, addr, page);
    Integer seed = model.pages.getOrDefault(owner, Map.of()).get(addr);
    if (seed == null) {
      assertEquals(Optional.empty(), kind);
      assertEquals(0, page.position());
    } else {
      assertEquals(Optional.of(seed == 0 ? PageKind.ZERO : PageKind.DATA), kind);
      assertEquals(ByteBuffer.wrap(Model.page(seed)), page.flip());
    }
  }

  @Test
  void readsFarIntoALongRunOfZeros() throws Exception {
    Path path = Files.write(folder.resolve("sample.ckpt"), Samples.image());
    try (ImageFile file = ImageFile.open(path)) {
      ByteBuffer page = ByteBuffer.allocate(PAGE);
      long last = Samples.HEAP + 0x8000_0000L * PAGE;
      assertEquals(Optional.of(PageKind.ZERO), file.readPage(Samples.MM, last, page));
      page.clear();
      assertEquals(Optional.empty(), file.readPage(Samples.MM, last + PAGE, page));
      assertEquals(Samples.NR_OBJECTS - 1, file.tail().nrObjects());
    }
  }

  @Test
  void noticesADamagedPageWhenItIsRead() throws Exception {
    byte[] image = Samples.image();
    Path path = folder.resolve("damaged.ckpt");
    Files.write(path, image);
    long pagesOffset;
    try (ImageFile file = ImageFile.open(path)) {
      pagesOffset = Samples.pageArray().pagesOffset(file.pageArray(0).offset());
    }
    image[(int) pagesOffset + 100] ^= 1;
    Files.write(path, image);
    try (ImageFile file = ImageFile.open(path)) {
      ByteBuffer page = ByteBuffer.allocate(PAGE);
      CorruptImageException e =
          assertThrows(
              CorruptImageException.class, () -> file.readPage(Samples.MM, Samples.HEAP, page));
      assertEquals("PAGE_ARRAY", e.objectType());
      assertThrows(CorruptImageException.class, file::verify);
    }
  }

  @Test
  void saysThatAFileWasCut() throws Exception {
    byte[] image = Samples.image();
    Path path = folder.resolve("cut.ckpt");
    Files.write(path, Arrays.copyOf(image, image.length - 64));
    CorruptImageException e = assertThrows(CorruptImageException.class, () -> openAndClose(path));
    assertTrue(e.getMessage().contains("the file was cut or damaged"), e.getMessage());
  }

  private static void openAndClose(Path path) throws IOException {
    try (ImageFile file = ImageFile.open(path)) {
      assertTrue(file.nrPageArrays() >= 0);
    }
  }

  @Test
  void leavesAChannelThatItWasGivenOpen() throws Exception {
    Path path = Files.write(folder.resolve("sample.ckpt"), Samples.image());
    try (FileChannel channel = FileChannel.open(path)) {
      try (ImageFile file = new ImageFile(channel)) {
        file.verify();
      }
      assertTrue(channel.isOpen());
      assertEquals(0, channel.position());
    }
  }

  @Test
  void wantsWholePages() throws Exception {
    Path path = Files.write(folder.resolve("sample.ckpt"), Samples.image());
    try (ImageFile file = ImageFile.open(path)) {
      ByteBuffer page = ByteBuffer.allocate(PAGE);
      assertThrows(
          IllegalArgumentException.class, () -> file.readPage(Samples.MM, Samples.HEAP + 1, page));
      ByteBuffer small = ByteBuffer.allocate(PAGE - 1);
      assertThrows(
          IllegalArgumentException.class, () -> file.readPage(Samples.MM, Samples.HEAP, small));
    }
  }

  @Test
  void knowsAnImageByItsBeginning() throws IOException {
    Path file = folder.resolve("file");
    byte[] magic = {(byte) 0x89, 'C', 'K', 'P', 'T', '\r', '\n', 0x1a};
    Files.write(file, magic);
    assertTrue(ImageFile.isImage(file), "although it was cut");
    Files.write(file, Arrays.copyOf(magic, 7));
    assertFalse(ImageFile.isImage(file));
    Files.write(file, "89CKPT and more".getBytes(StandardCharsets.US_ASCII));
    assertFalse(ImageFile.isImage(file));
  }
}
