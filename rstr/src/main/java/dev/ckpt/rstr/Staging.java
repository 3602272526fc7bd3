package dev.ckpt.rstr;

import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fills large private memory with huge pages, which takes fewer faults than page by page.
 *
 * <p>To ask for huge pages where the memory belongs would leave a mark on the mapping for ever
 * (MADV_HUGEPAGE). So they are asked for elsewhere in the new task, and moved in the end, whole
 * pages and not bytes (UFFDIO_MOVE, Linux 6.8). Where the kernel gives huge pages to everybody or
 * to nobody, or cannot move them, all goes the plain way.
 *
 * <p>Threading: {@link #divert} one thread at a time, what it returns any; the rest on the thread
 * that makes the system calls of the task.
 *
 * <p>Source: {@code mm/userfaultfd.c}, {@code validate_move_areas()}.
 */
final class Staging {
  /** A piece of the stream that is worth it: half of a huge page, the largest page array. */
  private static final long BLOCK_BYTES = 1L << 20;

  /** Below this the calls that it takes cost more than they save. */
  private static final long LEAST_BYTES = 32L << 20;

  private static final long HUGE_BYTES = 2L << 20;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_FLAGS = 0x22 | 0x4000 | AddressSpace.MAP_FIXED_NOREPLACE;
  private static final int MADV_HUGEPAGE = 14;
  private static final int UFFD_USER_MODE_ONLY = 1;
  private static final int O_CLOEXEC = 02000000;
  private static final long UFFD_API = 0xaa;
  private static final long UFFD_FEATURE_MOVE = 1 << 16;
  private static final long UFFDIO_API = 0xc018aa3fL;
  private static final long UFFDIO_REGISTER = 0xc020aa00L;
  private static final long UFFDIO_MOVE = 0xc028aa05L;
  private static final long UFFDIO_REGISTER_MODE_MISSING = 1;
  private static final int API_BYTES = 24;
  private static final int REGISTER_BYTES = 32;
  private static final int MOVE_BYTES = 40;

  /** Where a move tells how far it came. */
  private static final int MOVED = 32;

  private static final int MAX_TRIES = 1000;
  private static final Path TRANSPARENT_HUGEPAGE =
      Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  /**
   * A mapping that can be staged, and what of it waits to be moved; ranges are where it belongs.
   */
  private static final class Stage {
    private final Vma vma;
    private final List<PageRange> ranges = new ArrayList<>();

    /** How far away it is staged. */
    private long delta;

    Stage(Vma vma) {
      this.vma = vma;
    }

    /** What it begins in. */
    private long firstHuge() {
      return vma.start() & -HUGE_BYTES;
    }

    private long lenBytes() {
      return (vma.end() - firstHuge() + HUGE_BYTES - 1) & -HUGE_BYTES;
    }

    private PageRange last() {
      return ranges.get(ranges.size() - 1);
    }

    /** Whether pages up to this address were staged just before. */
    private boolean reaches(long address) {
      return !ranges.isEmpty() && last().end() == address;
    }

    private void add(long address, long lenBytes) {
      long nrPages = lenBytes / PageRange.PAGE_SIZE;
      if (reaches(address)) {
        PageRange last = ranges.remove(ranges.size() - 1);
        ranges.add(new PageRange(last.address(), last.nrPages() + nrPages));
      } else {
        ranges.add(new PageRange(address, nrPages));
      }
    }
  }

  /** Where pages go, and whether any of them are staged. */
  final class Diverted {
    private final List<PageRange> ranges;
    private final boolean isStaged;

    private Diverted(List<PageRange> ranges, boolean isStaged) {
      this.ranges = ranges;
      this.isStaged = isStaged;
    }

    /** Fills them. */
    void fill(PageFiller filler, ByteBuffer pages) throws CkptException {
      long begin = System.nanoTime();
      filler.fill(ranges, pages);
      pace.add(isStaged, ranges, System.nanoTime() - begin);
    }
  }

  private final RstrContext context;
  private final BatchRunner run;

  private final FillingPace pace = new FillingPace();

  /** By their start; none when nothing is staged. */
  private final TreeMap<Long, Stage> stages = new TreeMap<>();

  /** Where all of them are staged. */
  private RemoteMap map;

  private long uffd = -1;

  Staging(RstrContext context, BatchRunner run) throws CkptException {
    this.context = context;
    this.run = run;
    boolean isKnown = !NewerFeature.UFFDIO_MOVE.isHidden() && hugeOnRequest();
    // Else its pages come from the nodes that it named, and not from ours.
    if (isKnown && context.state().all(Mempolicy.class).isEmpty()) {
      for (Vma vma : context.state().all(Vma.class)) {
        if (isCandidate(vma)) {
          stages.put(vma.start(), new Stage(vma));
        }
      }
    }
    long lenBytes = stages.values().stream().mapToLong(Stage::lenBytes).sum();
    if (lenBytes < LEAST_BYTES || !begin(lenBytes)) {
      stages.clear();
    }
  }

  private static boolean hugeOnRequest() {
    try {
      return Files.readString(TRANSPARENT_HUGEPAGE).contains("[madvise]");
    } catch (IOException e) {
      // A kernel without them.
      return false;
    }
  }

  /**
   * Pages can be moved between mappings only that are equal in what they allow. What asks for huge
   * pages itself gets them, also where a block is not whole; there would be no room to move to.
   */
  private static boolean isCandidate(Vma vma) {
    return vma.kind() == VmaKind.ANON_PRIVATE
        && vma.lenBytes() >= HUGE_BYTES
        && AddressSpace.protWhileFilling(vma) == PROT_READ_WRITE
        && !vma.has(VmFlag.HT)
        && !vma.has(VmFlag.HG)
        && !vma.has(VmFlag.NH)
        && !vma.has(VmFlag.MG)
        && !vma.has(VmFlag.GD);
  }

  /** Where pages go that belong into these ranges, in the same order. */
  Diverted divert(List<PageRange> ranges) {
    if (stages.isEmpty()) {
      return new Diverted(ranges, false);
    }
    List<PageRange> diverted = new ArrayList<>();
    boolean isStaged = false;
    for (PageRange range : ranges) {
      isStaged |= divert(range, diverted);
    }
    return new Diverted(diverted, isStaged);
  }

  private boolean divert(PageRange range, List<PageRange> diverted) {
    boolean isStaged = false;
    long at = range.address();
    while (at != range.end()) {
      long block = at & -BLOCK_BYTES;
      long end = Math.min(range.end(), block + BLOCK_BYTES);
      boolean whole = end - at == BLOCK_BYTES;
      long delta = whole ? stage(at) : 0;
      isStaged |= delta != 0;
      diverted.add(new PageRange(at + delta, (end - at) / PageRange.PAGE_SIZE));
      at = end;
    }
    return isStaged;
  }

  /** How far away a whole block is put; 0: where it belongs. */
  private long stage(long address) {
    Map.Entry<Long, Stage> entry = stages.floorEntry(address);
    if (entry == null || address + BLOCK_BYTES > entry.getValue().vma.end()) {
      return 0;
    }
    Stage stage = entry.getValue();
    boolean first = (address & HUGE_BYTES - 1) == 0;
    boolean possible =
        first
            ? address + HUGE_BYTES <= stage.vma.end() && pace.isForHuge()
            : stage.reaches(address);
    if (!possible) {
      return 0;
    }
    stage.add(address, BLOCK_BYTES);
    return stage.delta;
  }

  /** Makes room for all of them; false when it cannot be had. */
  private boolean begin(long lenBytes) throws CkptException {
    if (!open()) {
      return false;
    }
    try {
      map = context.layout().take(lenBytes, HUGE_BYTES);
    } catch (UnsupportedStateException e) {
      // No obstacle to a task that needs so much for itself.
      return false;
    }
    Batch batch = run.room(2, 0);
    Batch.Result mapped =
        batch.tryCall(
            "mmap",
            SyscallNumbers.MMAP,
            map.address(),
            map.lenBytes(),
            PROT_READ_WRITE,
            MAP_FLAGS,
            -1,
            0);
    batch.tryCall(
        "madvise(MADV_HUGEPAGE)",
        SyscallNumbers.MADVISE,
        map.address(),
        map.lenBytes(),
        MADV_HUGEPAGE);
    run.flush();
    long at = map.address();
    for (Stage stage : stages.values()) {
      stage.delta = at - stage.firstHuge();
      at += stage.lenBytes();
    }
    return batch.result(mapped) >= 0;
  }

  private boolean open() throws CkptException {
    Batch batch = run.room(2, API_BYTES);
    Batch.Data api = batch.space(API_BYTES);
    batch.putLong(api, 0, UFFD_API);
    batch.putLong(api, 8, UFFD_FEATURE_MOVE);
    Batch.Result fd =
        batch.tryCall("userfaultfd", SyscallNumbers.USERFAULTFD, UFFD_USER_MODE_ONLY | O_CLOEXEC);
    Batch.Result agreed =
        batch.tryCall("ioctl(UFFDIO_API)", SyscallNumbers.IOCTL, fd, UFFDIO_API, api);
    run.flush();
    uffd = batch.result(fd);
    return uffd >= 0 && batch.result(agreed) >= 0;
  }

  /** Moves all pages to where they belong. */
  void finish() throws CkptException {
    for (Stage stage : stages.values()) {
      if (!stage.ranges.isEmpty()) {
        moveAll(stage);
      }
    }
    if (!stages.isEmpty()) {
      run.call("munmap", SyscallNumbers.MUNMAP, map.address(), map.lenBytes());
    }
    if (uffd >= 0) {
      // With it goes the registration of all mappings.
      run.call("close", SyscallNumbers.CLOSE, uffd);
    }
    run.flush();
  }

  private void moveAll(Stage stage) throws CkptException {
    Batch batch = run.room(1, REGISTER_BYTES);
    Batch.Data register = batch.space(REGISTER_BYTES);
    batch.putLong(register, 0, stage.vma.start());
    batch.putLong(register, 8, stage.vma.lenBytes());
    batch.putLong(register, 16, UFFDIO_REGISTER_MODE_MISSING);
    batch.call("ioctl(UFFDIO_REGISTER)", SyscallNumbers.IOCTL, uffd, UFFDIO_REGISTER, register);
    for (PageRange range : stage.ranges) {
      move(stage, range);
    }
  }

  /** NB: the kernel may move a part only and then want to be asked again, when a page is in use. */
  private void move(Stage stage, PageRange range) throws CkptException {
    long moved = 0;
    for (int i = 0; moved < range.lenBytes(); i++) {
      Batch batch = run.room(1, MOVE_BYTES);
      Batch.Data move = batch.space(MOVE_BYTES);
      batch.putLong(move, 0, range.address() + moved);
      batch.putLong(move, 8, range.address() + stage.delta + moved);
      batch.putLong(move, 16, range.lenBytes() - moved);
      Batch.Result result =
          batch.tryCall("ioctl(UFFDIO_MOVE)", SyscallNumbers.IOCTL, uffd, UFFDIO_MOVE, move);
      run.flush();
      long errno = -batch.result(result);
      if (errno > 0 && (errno != Errno.EAGAIN && errno != Errno.EBUSY || i == MAX_TRIES)) {
        throw new SyscallException("", "ioctl(UFFDIO_MOVE)", range.toString(), (int) errno);
      }
      moved += Math.max(0, batch.getLong(move, MOVED));
    }
  }
}
