package dev.ckpt.convert.memory;

import static dev.ckpt.convert.TaskImages.PAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.TaskImages;
import dev.ckpt.convert.memory.PageView.Content;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentFiles;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory of images that build on others, against the same memory in one array. */
class ImageMemoryTest {
  private static final long BASE = 0x7f00_0000_0000L;
  private static final int ROUNDS = 150;

  /** Anonymous memory in two mappings, a file behind it, a gap, and a stack. */
  private static final int NR_ANONYMOUS = 9;

  private static final int FILE_PAGE = NR_ANONYMOUS;
  private static final int STACK_PAGE = 14;
  private static final int NR_PAGES = 17;
  private static final int NR_SHARED = 3;

  @TempDir Path folder;
  private Optional<ImageChain> open = Optional.empty();

  @AfterEach
  void close() throws IOException {
    if (open.isPresent()) {
      open.get().close();
    }
  }

  // What is opened here is closed after the test.
  @SuppressWarnings("MustBeClosedChecker")
  private ImageMemory memory(Path image) throws IOException {
    close();
    ParentFiles parents = new ParentFiles(Optional.of(folder), FileChannel::open, KeySource.NONE);
    ImageFile file = ImageFile.open(image);
    ImageState state = file.state();
    open = Optional.of(ImageChain.from(file, "the image", state, parents));
    return new ImageMemory(state, open.get());
  }

  /** What a page is in one of the images. */
  private enum How {
    DATA,
    ZERO,
    ABSENT,
    PARENT
  }

  /** A random chain of two, and what the task reads. */
  private final class Model {
    final Random random;
    final How[][] how = new How[2][NR_PAGES + NR_SHARED];
    final byte[][] content = new byte[NR_PAGES + NR_SHARED][];
    final Path image;

    Model(Random random, int letters) throws IOException {
      this.random = random;
      for (int page = 0; page < content.length; page++) {
        How[] parents = {How.DATA, How.ZERO, How.ABSENT};
        how[0][page] = parents[random.nextInt(parents.length)];
        How[] all = How.values();
        how[1][page] = isHole(page) ? How.ABSENT : all[random.nextInt(all.length)];
        how[0][page] = isHole(page) ? How.ABSENT : how[0][page];
        content[page] = new byte[PAGE];
        boolean absent = resolved(page) == How.ABSENT;
        if (resolved(page) == How.DATA) {
          for (int i = 0; i < PAGE; i++) {
            content[page][i] = (byte) random.nextInt(letters);
          }
        } else if (absent && page >= FILE_PAGE && page < STACK_PAGE) {
          content[page] = null;
        }
      }
      Path parent =
          TaskImages.write(
              folder.resolve("parent"), Header.NO_PARENT, 0, List.of(), (w, mm) -> put(w, mm, 0));
      image =
          TaskImages.write(
              folder.resolve("image"),
              new UUID(7, parent.hashCode()),
              0,
              List.of(),
              (w, mm) -> put(w, mm, 1));
    }

    boolean isHole(int page) {
      return page >= FILE_PAGE + 3 && page < STACK_PAGE;
    }

    How resolved(int page) {
      return how[1][page] == How.PARENT ? how[0][page] : how[1][page];
    }

    void put(ImageWriter writer, int mm, int image) throws IOException {
      FileRef lib = file("/usr/lib/liba.so");
      int file = writer.writeShared(lib);
      int shared =
          writer.writeShared(
              new Shmem(ShmemKind.MEMFD, ByteString.of("m"), 3L * PAGE - 5, 0, 0, 0100600));
      writer.write(TaskImages.anonymous(BASE, 4));
      writer.write(TaskImages.anonymous(BASE + 4 * PAGE, NR_ANONYMOUS - 4));
      writer.write(TaskImages.vma(BASE + FILE_PAGE * PAGE, 3, file, 0, VmaKind.FILE_PRIVATE));
      writer.write(TaskImages.vma(BASE + STACK_PAGE * PAGE, 3, 0, 0, VmaKind.STACK));
      writer.write(
          TaskImages.vma(
              BASE + 40 * PAGE, NR_SHARED, shared, VmFlag.SH.bit(), VmaKind.ANON_SHARED));
      if (image == 1) {
        writer.write(new ParentImage(ByteString.of(folder.resolve("parent").toString())));
        putParents(writer, mm, 0, NR_PAGES, BASE);
        putParents(writer, shared, NR_PAGES, NR_PAGES + NR_SHARED, 0);
      }
      putPages(writer, mm, image, 0, NR_PAGES, BASE);
      putPages(writer, shared, image, NR_PAGES, NR_PAGES + NR_SHARED, 0);
    }

    private void putParents(ImageWriter writer, int owner, int from, int to, long base)
        throws IOException {
      List<ParentPages.ParentRun> runs = new ArrayList<>();
      for (int page = from; page < to; page++) {
        // NB: a parent may have fewer pages than are said to be there.
        if (how[1][page] == How.PARENT && how[0][page] != How.ABSENT) {
          runs.add(new ParentPages.ParentRun(base + (long) (page - from) * PAGE, 1));
        }
      }
      if (!runs.isEmpty()) {
        writer.write(new ParentPages(owner, owner, runs));
      }
    }

    private void putPages(ImageWriter writer, int owner, int image, int from, int to, long base)
        throws IOException {
      for (int page = from; page < to; page++) {
        long addr = base + (long) (page - from) * PAGE;
        if (how[image][page] == How.ZERO) {
          PageRun run = new PageRun(addr, 1, PageKind.ZERO);
          writer.writePages(new PageArray(owner, List.of(run)), ByteBuffer.allocateDirect(0));
        } else if (how[image][page] == How.DATA) {
          PageRun run = new PageRun(addr, 1, PageKind.DATA);
          boolean last = image == 1 || how[1][page] == How.PARENT;
          byte[] bytes = last ? content[page] : new byte[PAGE];
          writer.writePages(
              new PageArray(owner, List.of(run)),
              ByteBuffer.allocateDirect(PAGE).put(bytes).flip());
        }
      }
    }

    /** Where some bytes are among pages that follow one another, and are known. */
    List<Long> naive(byte[] wanted, int from, int to, long base) {
      List<Long> found = new ArrayList<>();
      for (int first = from; first < to; first++) {
        int end = first;
        while (end < to && content[end] != null && !isHole(end)) {
          end++;
        }
        byte[] all = new byte[(end - first) * PAGE];
        for (int page = first; page < end; page++) {
          System.arraycopy(content[page], 0, all, (page - first) * PAGE, PAGE);
        }
        for (int at = 0; at + wanted.length <= all.length; at++) {
          if (Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length)) {
            found.add(base + (long) (first - from) * PAGE + at);
            at += wanted.length - 1;
          }
        }
        first = end;
      }
      return found;
    }
  }

  private static FileRef file(String path) {
    return new FileRef(ByteString.of(path), 1, 2, 0100755, 1, 1, ByteString.EMPTY, 0, 0, false);
  }

  private static List<Long> search(ImageMemory memory, List<Area> areas, byte[] wanted)
      throws IOException {
    List<Long> found = new ArrayList<>();
    MemoryReader reader =
        new MemoryReader(
            memory, new SearchWindow(wanted, 2, 3, match -> found.add(match.addr()), () -> true));
    for (Area area : areas) {
      reader.read(area);
    }
    return found;
  }

  @Test
  void findsWhatTheTaskReads() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int nrFound = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String message = "seed " + seed + " round " + round;
      int letters = 2 + random.nextInt(20);
      Model model = new Model(random, letters);
      ImageMemory memory = memory(model.image);
      byte[] wanted = new byte[3 + random.nextInt(3)];
      for (int i = 0; i < wanted.length; i++) {
        wanted[i] = (byte) random.nextInt(letters);
      }
      // Zeros only are not searched for: a run of pages of those is not read.
      wanted[random.nextInt(wanted.length)] = 1;
      List<Long> expected = model.naive(wanted, 0, NR_PAGES, BASE);
      expected.addAll(model.naive(wanted, NR_PAGES, NR_PAGES + NR_SHARED, 0));
      assertEquals(expected, search(memory, memory.areas(), wanted), message);
      nrFound += expected.size();
      for (int page = 0; page < NR_PAGES; page++) {
        check(model, memory, page, message);
      }
    }
    assertTrue(nrFound > ROUNDS, "seed " + seed + ": " + nrFound);
  }

  private static void check(Model model, ImageMemory memory, int page, String message)
      throws IOException {
    PageView view = new PageFinder(memory).at(BASE + page * PAGE + 77);
    String what = message + " page " + page;
    if (model.isHole(page)) {
      assertEquals(Content.NONE, view.content(), what);
      return;
    }
    Content expected =
        switch (model.resolved(page)) {
          case DATA -> Content.DATA;
          case ZERO -> Content.ZERO;
          default -> model.content[page] == null ? Content.FILE : Content.UNWRITTEN;
        };
    assertEquals(expected, view.content(), what);
    byte[] bytes = model.content[page] == null ? new byte[0] : model.content[page];
    assertEquals(ByteString.of(bytes), view.bytes(), what);
    int holder = model.how[1][page] == How.PARENT ? 1 : 0;
    view.holder().ifPresent(found -> assertEquals(holder, found.number(), what));
  }

  @Test
  void looksOnlyWhereItIsAsked() throws Exception {
    Path image =
        TaskImages.write(
            folder.resolve("image"),
            Header.NO_PARENT,
            0,
            List.of(),
            (writer, mm) -> {
              int shared =
                  writer.writeShared(
                      new Shmem(ShmemKind.MEMFD, ByteString.of("m"), 4L * PAGE, 0, 0, 0100600));
              writer.write(
                  new Vma(
                      BASE,
                      BASE + 2 * PAGE,
                      3,
                      0x22,
                      0,
                      0,
                      0,
                      ByteString.of("[heap]"),
                      VmaKind.ANON_PRIVATE));
              writer.write(TaskImages.vma(BASE + 2 * PAGE, 2, 0, 0, VmaKind.STACK));
              writer.write(
                  new Vma(
                      BASE + 8 * PAGE,
                      BASE + 10 * PAGE,
                      3,
                      1,
                      VmFlag.SH.bit(),
                      PAGE,
                      shared,
                      ByteString.EMPTY,
                      VmaKind.ANON_SHARED));
              writer.write(new VmaGuard(BASE + PAGE, BASE + 2 * PAGE));
              TaskImages.writePage(writer, mm, BASE, 'x');
              TaskImages.writePage(writer, mm, BASE + 2 * PAGE, 'x');
              TaskImages.writePage(writer, shared, 0, 'x');
              TaskImages.writePage(writer, shared, PAGE, 'x');
            });
    ImageMemory memory = memory(image);
    byte[] page = new byte[1024];
    Arrays.fill(page, (byte) 'x');
    assertEquals(16, search(memory, memory.areas(), page).size());
    for (String heap : List.of("heap", "[heap]", "7f0000000000", "0x7f0000001234")) {
      assertEquals(
          List.of(BASE, BASE + 1024, BASE + 2048, BASE + 3072),
          search(memory, memory.areas(heap), page),
          heap);
    }
    assertEquals(8, search(memory, memory.areas("m"), page).size());
    assertEquals(8, search(memory, memory.areas("memfd:m"), page).size());
    assertEquals(4, search(memory, memory.areas("7f0000008000"), page).size());
    assertEquals(
        FailureCode.MAPPING_UNKNOWN,
        assertThrows(CkptException.class, () -> memory.areas("7f0000004000")).code());
    PageFinder finder = new PageFinder(memory);
    assertEquals(Content.GUARD, finder.at(BASE + PAGE).content());
    PageView shared = finder.at(BASE + 8 * PAGE + 5);
    assertEquals(Content.DATA, shared.content());
    assertEquals(PAGE, shared.offset());
    assertEquals(Optional.of(ByteString.of("/memfd:m (deleted)")), shared.object());
    assertEquals(Content.DATA, finder.in("m", 17).content());
    assertEquals(Content.UNWRITTEN, finder.in("m", 3 * PAGE).content());
    assertEquals(Content.NONE, finder.in("m", 4 * PAGE).content());
    assertThrows(CkptException.class, () -> finder.in("heap", 0));
  }

  @Test
  void looksAtTheVdsoThatAnImageKeeps() throws Exception {
    byte[] code = new byte[PAGE];
    code[PAGE - 1] = 'v';
    Path image =
        TaskImages.write(
            folder.resolve("image"),
            Header.NO_PARENT,
            0,
            List.of(),
            (writer, mm) -> {
              writer.write(new VdsoImage(ByteString.of(code)));
              writer.write(TaskImages.vma(BASE, 2, 0, 0, VmaKind.VVAR));
              writer.write(TaskImages.vma(BASE + 2 * PAGE, 2, 0, 0, VmaKind.VDSO));
              writer.write(TaskImages.anonymous(BASE + 4 * PAGE, 1));
              TaskImages.writePage(writer, mm, BASE + 4 * PAGE, 'v');
            });
    ImageMemory memory = memory(image);
    assertEquals(List.of(BASE + 3 * PAGE - 2), search(memory, memory.areas(), new byte[] {0, 'v'}));
    assertEquals(3, memory.areas().size());
    PageFinder finder = new PageFinder(memory);
    assertEquals(Content.DATA, finder.at(BASE + 2 * PAGE).content());
    assertEquals(Content.KERNEL, finder.at(BASE + 3 * PAGE).content());
    assertEquals(Content.KERNEL, finder.at(BASE).content());
  }

  @Test
  void readsNoMoreWhenNobodyWantsIt() throws Exception {
    Path image =
        TaskImages.write(
            folder.resolve("image"),
            Header.NO_PARENT,
            0,
            List.of(),
            (writer, mm) -> {
              writer.write(TaskImages.anonymous(BASE, 3 * 256));
              ByteBuffer pages = ByteBuffer.allocateDirect(1 << 20);
              for (int i = 0; i < 3; i++) {
                PageRun run = new PageRun(BASE + ((long) i << 20), 256, PageKind.DATA);
                writer.writePages(new PageArray(mm, List.of(run)), pages.clear());
              }
            });
    ImageMemory memory = memory(image);
    MemoryReader reader = new MemoryReader(memory, new StringScan(4, found -> {}, () -> false));
    reader.read(memory.areas().get(0));
    assertEquals(1 << 20, reader.dataBytes());
  }
}
