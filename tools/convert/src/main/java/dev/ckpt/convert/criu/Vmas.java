package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The address space and its mappings as mm-PID.img has them.
 *
 * <p>Source: criu/include/image.h, criu/proc_parse.c.
 */
final class Vmas {
  /** Bits of vma_entry.status. */
  static final int REGULAR = 1;

  static final int STACK = 1 << 1;
  static final int VSYSCALL = 1 << 2;
  static final int VDSO = 1 << 3;
  static final int HEAP = 1 << 5;
  static final int FILE_PRIVATE = 1 << 6;
  static final int FILE_SHARED = 1 << 7;
  static final int ANON_SHARED = 1 << 8;
  static final int ANON_PRIVATE = 1 << 9;
  static final int VVAR = 1 << 12;
  static final int MEMFD = 1 << 14;

  static final int MAP_SHARED = 1;
  static final int MAP_PRIVATE = 2;
  static final int MAP_ANONYMOUS = 0x20;
  static final int MAP_GROWSDOWN = 0x100;
  static final int MAP_LOCKED = 0x2000;
  static final int MAP_NORESERVE = 0x4000;
  static final int MAP_HUGETLB = 0x40000;

  /** Where the size of huge pages stands in the flags. */
  static final int HUGE_SIZE = 0x3f << 26;

  /** All that CRIU makes a mapping with. */
  private static final int MAP_FLAGS =
      MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_HUGETLB | HUGE_SIZE;

  static final int O_RDWR = 2;

  /** What a process has unless somebody says otherwise: MMF_DUMP_FILTER_DEFAULT. */
  static final int COREDUMP_FILTER = 0x33;

  /** The last pair of an auxiliary vector. */
  private static final long AT_NULL = 0;

  /** What CRIU has room for: AT_VECTOR_SIZE. */
  private static final int MAX_AUXV = 44;

  static final ByteString HEAP_NAME = ByteString.of("[heap]");

  /** Advice of madvise(2) that a mapping keeps, and its number. */
  static final Map<VmFlag, Integer> ADVICE =
      new EnumMap<>(
          Map.of(
              VmFlag.RR, 1, // MADV_RANDOM
              VmFlag.SR, 2, // MADV_SEQUENTIAL
              VmFlag.DC, 10, // MADV_DONTFORK
              VmFlag.MG, 12, // MADV_MERGEABLE
              VmFlag.HG, 14, // MADV_HUGEPAGE
              VmFlag.NH, 15, // MADV_NOHUGEPAGE
              VmFlag.DD, 16, // MADV_DONTDUMP
              VmFlag.WF, 18)); // MADV_WIPEONFORK

  /** What changes how a mapping behaves, and CRIU does not know. */
  private static final List<VmFlag> UNKNOWN =
      List.of(VmFlag.SF, VmFlag.SS, VmFlag.SL, VmFlag.DP, VmFlag.LF);

  private final ImageState state;
  private final Losses losses;

  Vmas(ImageState state, Losses losses) {
    this.state = state;
    this.losses = losses;
  }

  Criu.Mm toCriu() throws CorruptImageException {
    Mm mm = state.mm();
    Task task = state.task();
    if (mm.lockFuture() != 0) {
      losses.add("MM.lockFuture", "mlockall(2)");
    }
    if (state.find(mm.exeFile()).filter(Shmem.class::isInstance).isPresent()) {
      losses.add("MM.exeFile", "a program in a memfd");
    }
    if (mm.coredumpFilter() != COREDUMP_FILTER) {
      // NB: a JVM changes its own, and whoever it starts has that.
      losses.note(
          "coredump_filter is 0x"
              + Integer.toHexString(mm.coredumpFilter())
              + ", which CRIU does not restore: should it crash, other memory is in the core");
    }
    Criu.Mm.Builder to =
        Criu.Mm.newBuilder()
            .setStartCode(mm.startCode())
            .setEndCode(mm.endCode())
            .setStartData(mm.startData())
            .setEndData(mm.endData())
            .setStartStack(mm.startStack())
            .setStartBrk(mm.startBrk())
            .setBrk(mm.brk())
            .setArgStart(mm.argStart())
            .setArgEnd(mm.argEnd())
            .setEnvStart(mm.envStart())
            .setEnvEnd(mm.envEnd())
            .setExeFileId(mm.exeFile())
            .setDumpable(task.dumpable())
            .setThpDisabled((task.flags() & Task.THP_DISABLED) != 0);
    putAuxv(mm, to);
    for (Vma vma : state.vmas()) {
      add(toCriu(vma), to);
    }
    state.all(VmaGuard.class).forEach(guard -> to.addVmas(Guards.toCriu(guard)));
    return to.build();
  }

  /** NB: later kernels have two mappings of clocks side by side, which CRIU takes for one. */
  private static void add(Criu.Vma vma, Criu.Mm.Builder to) {
    int last = to.getVmasCount() - 1;
    boolean joined =
        last >= 0
            && (vma.getStatus() & VVAR) != 0
            && (to.getVmas(last).getStatus() & VVAR) != 0
            && to.getVmas(last).getEnd() == vma.getStart();
    if (joined) {
      to.getVmasBuilder(last).setEnd(vma.getEnd());
    } else {
      to.addVmas(vma);
    }
  }

  /** NB: CRIU has no room for the last pair of a later kernel, which is zero anyway. */
  private void putAuxv(Mm mm, Criu.Mm.Builder to) {
    ByteBuffer auxv = mm.auxv().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (auxv.hasRemaining()) {
      long type = auxv.getLong();
      long value = auxv.getLong();
      if (type == AT_NULL) {
        return;
      }
      if (to.getSavedAuxvCount() == MAX_AUXV) {
        losses.add("MM.auxv", "more than " + MAX_AUXV / 2 + " pairs");
        return;
      }
      to.addSavedAuxv(type).addSavedAuxv(value);
    }
  }

  private Criu.Vma toCriu(Vma vma) throws CorruptImageException {
    noteLosses(vma);
    Optional<ImageRecord> backing = state.find(vma.backing());
    Criu.Vma.Builder to =
        Criu.Vma.newBuilder()
            .setStart(vma.start())
            .setEnd(vma.end())
            .setPgoff(vma.pgoffBytes())
            .setShmid(vma.backing())
            .setProt(vma.prot())
            .setFlags(flags(vma, backing))
            .setStatus(status(vma, backing))
            .setFd(-1);
    if (advice(vma.vmFlags()) != 0) {
      to.setMadv(advice(vma.vmFlags()));
    }
    if (vma.kind().backed()) {
      // Who may make a mapping writable once had the file open for writing.
      boolean shared = vma.kind() == VmaKind.FILE_SHARED || vma.kind() == VmaKind.ANON_SHARED;
      to.setFdflags(shared && isSet(vma, VmFlag.MW) ? O_RDWR : 0);
    }
    return to.build();
  }

  private static int flags(Vma vma, Optional<ImageRecord> backing) {
    int flags = vma.mapFlags() & MAP_FLAGS;
    if (vma.kind().isKernels()) {
      flags = MAP_PRIVATE | MAP_ANONYMOUS;
    } else if (vma.kind() == VmaKind.STACK) {
      flags |= MAP_GROWSDOWN;
    } else if (vma.kind() == VmaKind.ANON_SHARED && isAnon(backing)) {
      flags |= MAP_ANONYMOUS;
    }
    return isSet(vma, VmFlag.LO) ? flags | MAP_LOCKED : flags;
  }

  private static int status(Vma vma, Optional<ImageRecord> backing) {
    boolean memfd = backing.filter(Shmem.class::isInstance).isPresent() && !isAnon(backing);
    if (memfd && vma.kind() == VmaKind.ANON_SHARED) {
      return REGULAR | FILE_SHARED | MEMFD;
    }
    return switch (vma.kind()) {
      case ANON_PRIVATE -> REGULAR | ANON_PRIVATE | (vma.name().equals(HEAP_NAME) ? HEAP : 0);
      case STACK -> REGULAR | ANON_PRIVATE;
      case ANON_SHARED -> REGULAR | ANON_SHARED;
      case FILE_PRIVATE -> REGULAR | FILE_PRIVATE | (memfd ? MEMFD : 0);
      case FILE_SHARED -> REGULAR | FILE_SHARED | (memfd ? MEMFD : 0);
      case VDSO -> REGULAR | VDSO | ANON_PRIVATE;
      case VVAR -> REGULAR | VVAR | ANON_PRIVATE;
      case VSYSCALL -> VSYSCALL | ANON_PRIVATE;
    };
  }

  /** Whether a mapping shows shared memory that has no name. */
  private static boolean isAnon(Optional<ImageRecord> backing) {
    return backing
        .map(b -> b instanceof Shmem shmem && shmem.kind() == ShmemKind.ANON)
        .orElse(false);
  }

  private static boolean isSet(Vma vma, VmFlag flag) {
    return (vma.vmFlags() & flag.bit()) != 0;
  }

  static long advice(long vmFlags) {
    long advice = 0;
    for (Map.Entry<VmFlag, Integer> each : ADVICE.entrySet()) {
      advice |= (vmFlags & each.getKey().bit()) != 0 ? 1L << each.getValue() : 0;
    }
    return advice;
  }

  private void noteLosses(Vma vma) {
    if (vma.kind().isKernels()) {
      return;
    }
    String of = "at " + Long.toHexString(vma.start());
    for (VmFlag flag : UNKNOWN) {
      if (isSet(vma, flag)) {
        losses.add("VMA.vmFlags " + flag, of);
      }
    }
    if (vma.name().startsWith(ByteString.of("[anon:"))
        || vma.name().startsWith(ByteString.of("[anon_shmem:"))) {
      losses.add("VMA.name", vma.name() + " " + of);
    }
    if (vma.kind() == VmaKind.ANON_SHARED && isHuge(vma)) {
      losses.add("VMA.mapFlags", "huge pages " + of);
    }
  }

  private static boolean isHuge(Vma vma) {
    return (vma.mapFlags() & MAP_HUGETLB) != 0;
  }
}
