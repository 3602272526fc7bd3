package dev.ckpt.mem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both page maps on mappings of our own process. */
class PageMapTest {
  private static final int PAGE = PageRange.PAGE_SIZE;
  private static final NativeLibrary C = NativeLibrary.getInstance("c");
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_NOHUGEPAGE = 15;
  private static final int MADV_GUARD_INSTALL = 102;

  /** A mapping of ours. */
  private static final class Mapping implements AutoCloseable {
    private final long address;
    private final int nrPages;

    Mapping(int nrPages, int flags, int fd) {
      this.nrPages = nrPages;
      this.address =
          C.getFunction("mmap")
              .invokeLong(new Object[] {0L, (long) nrPages * PAGE, PROT_READ_WRITE, flags, fd, 0L});
      assertTrue(address > 0);
      advise(0, nrPages, MADV_NOHUGEPAGE);
    }

    static Mapping anonymous(int nrPages) {
      return new Mapping(nrPages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    }

    boolean advise(int first, int nr, int advice) {
      Object[] arguments = {page(first), (long) nr * PAGE, advice};
      return C.getFunction("madvise").invokeInt(arguments) == 0;
    }

    void protect(int first, int nr, int prot) {
      Object[] arguments = {page(first), (long) nr * PAGE, prot};
      assertEquals(0, C.getFunction("mprotect").invokeInt(arguments));
    }

    long page(int number) {
      return address + (long) number * PAGE;
    }

    void write(int number) {
      new Pointer(page(number)).setByte(number % PAGE, (byte) 1);
    }

    void read(int number) {
      assertEquals(0, new Pointer(page(number)).getByte(7));
    }

    @Override
    public void close() {
      C.getFunction("munmap").invokeInt(new Object[] {address, (long) nrPages * PAGE});
    }
  }

  /** The page numbers that a page map tells of, and those with guard markers. */
  private record Answer(TreeSet<Integer> pages, TreeSet<Integer> guards, int nrRuns) {}

  private static PageMap plain() throws CkptException {
    return new PlainPagemap(Fd.open("/proc/self/pagemap", Fcntl.O_RDONLY));
  }

  private static PageMap scanner() throws CkptException {
    PageMap map = PagemapScan.open(Tasks.self());
    assumeTrue(map instanceof PagemapScan, "this kernel has no PAGEMAP_SCAN");
    return map;
  }

  private static Answer ask(PageMap map, Mapping mapping, PageMap.Want want) throws CkptException {
    List<PageRange> found = new ArrayList<>();
    List<PageRange> guards = new ArrayList<>();
    try (map) {
      map.scan(mapping.address, mapping.page(mapping.nrPages), want, into(found, guards));
    }
    return new Answer(numbers(mapping, found), numbers(mapping, guards), found.size());
  }

  /** Nothing is protected, so all of it counts as written. */
  private static PageMap.Found into(List<PageRange> pages, List<PageRange> guards) {
    return new PageMap.Found() {
      @Override
      public void pages(PageRange range, boolean written) {
        assertTrue(written, "written: " + range);
        pages.add(range);
      }

      @Override
      public void guards(PageRange range) {
        guards.add(range);
      }
    };
  }

  private static TreeSet<Integer> numbers(Mapping mapping, List<PageRange> ranges) {
    TreeSet<Integer> numbers = new TreeSet<>();
    long end = mapping.address;
    for (PageRange range : ranges) {
      long before = end;
      assertTrue(range.address() >= end, () -> range + " after " + Long.toHexString(before));
      end = range.end();
      for (long at = range.address(); at != end; at += PAGE) {
        numbers.add((int) ((at - mapping.address) / PAGE));
      }
    }
    assertTrue(end <= mapping.page(mapping.nrPages), "within the range");
    return numbers;
  }

  private static TreeSet<Integer> setOf(List<Integer> numbers) {
    return new TreeSet<>(numbers);
  }

  /** Whether a page that is only read is the shared one, which does not count as memory in use. */
  private static boolean hasZeroPage() throws CkptException {
    try (Mapping mapping = Mapping.anonymous(3)) {
      // NB: between two others, or the kernel makes one mapping of it and its neighbour.
      mapping.protect(0, 1, 0);
      mapping.protect(2, 1, 0);
      mapping.read(1);
      return ProcFs.of(Tasks.self()).smaps().entries().stream()
          .filter(entry -> entry.vma().start() == mapping.page(1))
          .allMatch(entry -> entry.rssKb() == 0);
    }
  }

  @Test
  void findsWhatWasWritten() throws CkptException {
    try (Mapping mapping = Mapping.anonymous(64)) {
      List<Integer> written = List.of(0, 1, 2, 7, 30, 31, 63);
      written.forEach(mapping::write);
      Answer plain = ask(plain(), mapping, PageMap.Want.CONTENT);
      assertEquals(setOf(written), plain.pages());
      assertEquals(4, plain.nrRuns());
      assertEquals(setOf(written), ask(plain(), mapping, PageMap.Want.COPIED).pages());
      assertEquals(plain, ask(scanner(), mapping, PageMap.Want.CONTENT));
      assertEquals(plain, ask(scanner(), mapping, PageMap.Want.COPIED));
    }
  }

  @Test
  void anUntouchedRangeIsEmpty() throws CkptException {
    try (Mapping mapping = Mapping.anonymous(64)) {
      assertEquals(setOf(List.of()), ask(plain(), mapping, PageMap.Want.CONTENT).pages());
      assertEquals(setOf(List.of()), ask(scanner(), mapping, PageMap.Want.CONTENT).pages());
    }
  }

  /**
   * The one difference: the plain map cannot tell the shared zero page, which is zeros anyway. Some
   * kernels have none: there each page that was read is a page of its own, for both.
   */
  @Test
  void bothAgreeUpToTheZeroPage() throws CkptException {
    long seed = System.nanoTime();
    System.out.println("PageMapTest seed " + seed);
    Random random = new Random(seed);
    for (int nrPages : new int[] {1, 100, 20_000}) {
      try (Mapping mapping = Mapping.anonymous(nrPages)) {
        TreeSet<Integer> written = new TreeSet<>();
        TreeSet<Integer> onlyRead = new TreeSet<>();
        for (int i = 0; i < nrPages; i++) {
          int what = random.nextInt(3);
          if (what == 0) {
            mapping.write(i);
            written.add(i);
          } else if (what == 1) {
            mapping.read(i);
            onlyRead.add(i);
          }
        }
        TreeSet<Integer> plain = ask(plain(), mapping, PageMap.Want.CONTENT).pages();
        TreeSet<Integer> both = new TreeSet<>(written);
        both.addAll(onlyRead);
        assertEquals(both, plain);
        assertEquals(
            hasZeroPage() ? written : both, ask(scanner(), mapping, PageMap.Want.CONTENT).pages());
      }
    }
  }

  @Test
  void findsHiddenPagesAndForgetsDroppedOnes() throws CkptException {
    try (Mapping mapping = Mapping.anonymous(16)) {
      for (int i = 0; i < 16; i++) {
        mapping.write(i);
      }
      mapping.protect(4, 4, 0);
      assertTrue(mapping.advise(8, 4, MADV_DONTNEED));
      TreeSet<Integer> expected = setOf(List.of(0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15));
      assertEquals(expected, ask(plain(), mapping, PageMap.Want.CONTENT).pages());
      assertEquals(expected, ask(scanner(), mapping, PageMap.Want.CONTENT).pages());
    }
  }

  @Test
  void guardsAreNoPages() throws CkptException {
    try (Mapping mapping = Mapping.anonymous(16)) {
      for (int i = 0; i < 8; i++) {
        mapping.write(i);
      }
      assumeTrue(mapping.advise(6, 4, MADV_GUARD_INSTALL), "no guard regions on this kernel");
      Answer plain = ask(plain(), mapping, PageMap.Want.CONTENT);
      assertEquals(setOf(List.of(0, 1, 2, 3, 4, 5)), plain.pages());
      assertEquals(setOf(List.of(6, 7, 8, 9)), plain.guards());
      assertEquals(plain, ask(scanner(), mapping, PageMap.Want.CONTENT));
      assertEquals(plain, ask(scanner(), mapping, PageMap.Want.COPIED));
    }
  }

  @Test
  void ofAPrivateFileOnlyTheCopiesCount(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("file");
    Files.write(file, new byte[16 * PAGE]);
    try (Fd fd = Fd.open(file.toString(), Fcntl.O_RDONLY);
        Mapping mapping = new Mapping(16, MAP_PRIVATE, fd.number())) {
      for (int i = 0; i < 16; i++) {
        mapping.read(i);
      }
      List.of(3, 4, 9).forEach(mapping::write);
      Answer plain = ask(plain(), mapping, PageMap.Want.COPIED);
      assertEquals(setOf(List.of(3, 4, 9)), plain.pages());
      assertEquals(plain, ask(scanner(), mapping, PageMap.Want.COPIED));
      assertEquals(16, ask(plain(), mapping, PageMap.Want.CONTENT).pages().size());
      assertEquals(16, ask(scanner(), mapping, PageMap.Want.CONTENT).pages().size());
    }
  }

  @Test
  void sharedMemoryIsNoCopy() throws CkptException {
    try (Mapping mapping = new Mapping(8, MAP_SHARED | MAP_ANONYMOUS, -1)) {
      List.of(1, 2).forEach(mapping::write);
      assertEquals(setOf(List.of(1, 2)), ask(plain(), mapping, PageMap.Want.CONTENT).pages());
      assertEquals(setOf(List.of()), ask(plain(), mapping, PageMap.Want.COPIED).pages());
      assertEquals(setOf(List.of()), ask(scanner(), mapping, PageMap.Want.COPIED).pages());
    }
  }

  /** More runs than one call of the kernel returns. */
  @Test
  void goesOnWhereTheKernelStopped() throws CkptException {
    int nrPages = 3 * 8192;
    try (Mapping mapping = Mapping.anonymous(nrPages)) {
      TreeSet<Integer> written = new TreeSet<>();
      for (int i = 0; i < nrPages; i += 2) {
        mapping.write(i);
        written.add(i);
      }
      assertEquals(written, ask(plain(), mapping, PageMap.Want.CONTENT).pages());
      Answer scan = ask(scanner(), mapping, PageMap.Want.CONTENT);
      assertEquals(written, scan.pages());
      assertEquals(nrPages / 2, scan.nrRuns());
    }
  }
}
