package dev.ckpt.rstr;

import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.UnsupportedStateException;
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
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Fills large private memory with fewer faults than page by page: by copies (UFFDIO_COPY), or with
 * huge pages.
 *
 * <p>To ask for huge pages where the memory belongs would leave a mark on the mapping for ever
 * (MADV_HUGEPAGE). So they are asked for elsewhere in the new task, and moved in the end, whole
 * pages and not bytes (UFFDIO_MOVE, Linux 6.8). Where the kernel gives huge pages to everybody,
 * faults are the fastest way.
 *
 * <p>Threading: {@link #divert} one thread at a time, what it returns any; the rest on the thread
 * that makes the system calls of the task.
 *
 * <p>Source: {@code mm/userfaultfd.c}, {@code validate_move_areas()}.
 */
final class Staging implements AutoCloseable {
  /** A piece of the stream that is worth it: half of a huge page, the largest page array. */
  private static final long BLOCK_BYTES = 1L << 20;

  /** Below this the calls that it takes cost more than they save. */
  private static final long LEAST_BYTES = 4L << 20;

  /** The same of huge pages. */
  private static final long LEAST_HUGE_BYTES = 32L << 20;

  private static final long HUGE_BYTES = 2L << 20;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_FLAGS = 0x22 | 0x4000 | AddressSpace.MAP_FIXED_NOREPLACE;
  private static final int MADV_HUGEPAGE = 14;
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

  /** How pages get to where they belong. */
  private enum Way {
    /** As any others. */
    FILLED,
    /** Filled elsewhere, and moved in the end. */
    STAGED,
    COPIED
  }

  /** Pages that follow one another, where they go, and how. */
  private record Piece(PageRange range, Way way) {}

  /** Where pages go. */
  final class Diverted {
    private final List<Piece> pieces;

    private Diverted(List<Piece> pieces) {
      this.pieces = pieces;
    }

    /** Fills them. */
    void fill(PageFiller filler, ByteBuffer pages) throws CkptException {
      for (Piece piece : pieces) {
        long begin = System.nanoTime();
        if (piece.way == Way.COPIED) {
          userfault.orElseThrow().copy(piece.range, pages);
        } else {
          filler.fill(List.of(piece.range), pages);
        }
        pace.add(piece.way == Way.STAGED, piece.range, System.nanoTime() - begin);
      }
    }
  }

  private final RstrContext context;
  private final BatchRunner run;
  private final boolean copies;

  private final FillingPace pace = new FillingPace();

  /** By their start; none when all goes the plain way. */
  private final TreeMap<Long, Stage> stages = new TreeMap<>();

  /** Where all of them are staged; none if they are copied alone. */
  private Optional<RemoteMap> map = Optional.empty();

  private Optional<Userfault> userfault = Optional.empty();

  /**
   * Stages what is worth it.
   *
   * @param later what is not filled now
   * @param copies whether copies are faster than faults; else nothing is copied that cannot be
   *     staged
   */
  Staging(RstrContext context, BatchRunner run, Predicate<Vma> later, boolean copies)
      throws CkptException {
    this.context = context;
    this.run = run;
    this.copies = copies;
    String huge = transparentHugepage();
    // Else pages come from the nodes that the task named, and not from ours.
    if (!huge.contains("[always]") && context.state().all(Mempolicy.class).isEmpty()) {
      for (Vma vma : context.state().all(Vma.class)) {
        if (isCandidate(vma) && !later.test(vma)) {
          stages.put(vma.start(), new Stage(vma));
        }
      }
      begin(huge.contains("[madvise]"));
    }
  }

  private static String transparentHugepage() {
    try {
      return Files.readString(TRANSPARENT_HUGEPAGE);
    } catch (IOException e) {
      // A kernel without them.
      return "";
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
    List<Piece> pieces = new ArrayList<>();
    for (PageRange range : ranges) {
      if (stages.isEmpty()) {
        pieces.add(new Piece(range, Way.FILLED));
      } else {
        divert(range, pieces);
      }
    }
    return new Diverted(pieces);
  }

  /** NB: a range of pages may go from one mapping into the next. */
  private void divert(PageRange range, List<Piece> pieces) {
    long at = range.address();
    while (at != range.end()) {
      long block = at & -BLOCK_BYTES;
      Optional<Stage> stage = stageOf(at);
      long border = stage.isPresent() ? stage.get().vma.end() : nextStart(at);
      long end = Math.min(border, Math.min(range.end(), block + BLOCK_BYTES));
      long nrPages = (end - at) / PageRange.PAGE_SIZE;
      long delta = stage.isPresent() && end - at == BLOCK_BYTES ? stage(stage.get(), at) : 0;
      Way way = delta != 0 ? Way.STAGED : stage.isPresent() ? Way.COPIED : Way.FILLED;
      pieces.add(new Piece(new PageRange(at + delta, nrPages), way));
      at = end;
    }
  }

  private long nextStart(long address) {
    Long next = stages.higherKey(address);
    return next == null ? Long.MAX_VALUE : next;
  }

  private Optional<Stage> stageOf(long address) {
    return Optional.ofNullable(stages.floorEntry(address))
        .map(Map.Entry::getValue)
        .filter(stage -> address < stage.vma.end());
  }

  /** How far away a whole block is put; 0: where it belongs. */
  private long stage(Stage stage, long address) {
    boolean first = (address & HUGE_BYTES - 1) == 0;
    boolean possible =
        first
            ? address + HUGE_BYTES <= stage.vma.end() && stage.delta != 0 && pace.isForHuge()
            : stage.reaches(address);
    if (!possible) {
      return 0;
    }
    stage.add(address, BLOCK_BYTES);
    return stage.delta;
  }

  private void begin(boolean hugeOnRequest) throws CkptException {
    long lenBytes = stages.values().stream().mapToLong(Stage::lenBytes).sum();
    boolean huge =
        hugeOnRequest && lenBytes >= LEAST_HUGE_BYTES && !NewerFeature.UFFDIO_MOVE.isHidden();
    if (huge || copies && (lenBytes >= LEAST_BYTES || pace.isAlways())) {
      userfault = open(huge);
      if (huge && copies && userfault.isEmpty()) {
        huge = false;
        userfault = open(false);
      }
    }
    if (userfault.isEmpty()) {
      stages.clear();
      return;
    }
    if (huge) {
      makeRoom(lenBytes);
    }
    userfault.get().register(stages.values().stream().map(stage -> stage.vma).toList());
  }

  private Optional<Userfault> open(boolean moves) throws CkptException {
    return Userfault.open(run, context.leader().pid(), moves);
  }

  /** Makes room for all of them; nothing is staged if it cannot be had. */
  private void makeRoom(long lenBytes) throws CkptException {
    RemoteMap room;
    try {
      room = context.layout().take(lenBytes, HUGE_BYTES);
    } catch (UnsupportedStateException e) {
      // No obstacle to a task that needs so much for itself.
      return;
    }
    Batch batch = run.room(2, 0);
    Batch.Result mapped =
        batch.tryCall(
            "mmap",
            SyscallNumbers.MMAP,
            room.address(),
            room.lenBytes(),
            PROT_READ_WRITE,
            MAP_FLAGS,
            -1,
            0);
    batch.tryCall(
        "madvise(MADV_HUGEPAGE)",
        SyscallNumbers.MADVISE,
        room.address(),
        room.lenBytes(),
        MADV_HUGEPAGE);
    run.flush();
    if (batch.result(mapped) < 0) {
      return;
    }
    map = Optional.of(room);
    long at = room.address();
    for (Stage stage : stages.values()) {
      stage.delta = at - stage.firstHuge();
      at += stage.lenBytes();
    }
  }

  /** Moves all pages to where they belong. */
  void finish() throws CkptException {
    for (Stage stage : stages.values()) {
      for (PageRange range : stage.ranges) {
        userfault.orElseThrow().move(range, stage.delta);
      }
    }
    if (map.isPresent()) {
      run.call("munmap", SyscallNumbers.MUNMAP, map.get().address(), map.get().lenBytes());
    }
    if (userfault.isPresent()) {
      userfault.get().end();
    }
    run.flush();
  }

  @Override
  public void close() {
    userfault.ifPresent(Userfault::close);
  }
}
