package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.Map;
import java.util.Optional;

/** Mappings of CRIU's as records. */
final class VmaRecords {
  private static final int O_ACCMODE = 3;
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;

  /** Bits of status that say nothing more than others do. */
  private static final int KNOWN_STATUS =
      Vmas.REGULAR
          | Vmas.STACK
          | Vmas.VSYSCALL
          | Vmas.VDSO
          | Vmas.HEAP
          | Vmas.FILE_PRIVATE
          | Vmas.FILE_SHARED
          | Vmas.ANON_SHARED
          | Vmas.ANON_PRIVATE
          | Vmas.VVAR
          | Vmas.MEMFD
          | Guards.GUARD;

  private VmaRecords() {}

  /** What a mapping is that an image has no record for; nothing if it has. */
  static Optional<String> unknown(Criu.Vma vma) {
    int unknown = vma.getStatus() & ~KNOWN_STATUS;
    if (unknown != 0) {
      return Optional.of("status 0x" + Integer.toHexString(unknown));
    }
    long advice = 0;
    for (int number : Vmas.ADVICE.values()) {
      advice |= 1L << number;
    }
    return (vma.getMadv() & ~advice) != 0
        ? Optional.of("advice 0x" + Long.toHexString(vma.getMadv() & ~advice))
        : Optional.empty();
  }

  static VmaKind kind(Criu.Vma vma) {
    int status = vma.getStatus();
    if ((status & Vmas.VSYSCALL) != 0) {
      return VmaKind.VSYSCALL;
    } else if ((status & Vmas.VDSO) != 0) {
      return VmaKind.VDSO;
    } else if ((status & Vmas.VVAR) != 0) {
      return VmaKind.VVAR;
    } else if ((status & Vmas.ANON_SHARED) != 0) {
      return VmaKind.ANON_SHARED;
    } else if ((status & Vmas.FILE_SHARED) != 0) {
      return VmaKind.FILE_SHARED;
    } else if ((status & Vmas.FILE_PRIVATE) != 0) {
      return VmaKind.FILE_PRIVATE;
    }
    return (vma.getFlags() & Vmas.MAP_GROWSDOWN) != 0 ? VmaKind.STACK : VmaKind.ANON_PRIVATE;
  }

  /**
   * A mapping.
   *
   * @param backing the object that it shows, by its reference; 0: none
   * @param name as /proc/PID/maps shows it
   * @param hasPages whether it has pages of its own: then it was writable once
   */
  static Vma toCkpt(Criu.Vma vma, VmaKind kind, int backing, ByteString name, boolean hasPages) {
    return new Vma(
        vma.getStart(),
        vma.getEnd(),
        vma.getProt(),
        vma.getFlags() & ~Vmas.MAP_LOCKED & ~(kind.backed() ? Vmas.MAP_ANONYMOUS : 0),
        vmFlags(vma, kind, hasPages),
        kind.backed() ? vma.getPgoff() : 0,
        backing,
        name,
        kind);
  }

  /** What /proc/PID/smaps would show of it. */
  private static long vmFlags(Criu.Vma vma, VmaKind kind, boolean hasPages) {
    int prot = vma.getProt();
    boolean shared = kind == VmaKind.ANON_SHARED || kind == VmaKind.FILE_SHARED;
    boolean readOnly = kind == VmaKind.FILE_SHARED && (vma.getFdflags() & O_ACCMODE) == 0;
    // NB: a page of a program's code is there because CRIU itself has changed it for a while.
    boolean code = kind == VmaKind.FILE_PRIVATE && (prot & PROT_EXEC) != 0;
    boolean wasWritable = hasPages && !code;
    long flags =
        bit(VmFlag.RD, (prot & PROT_READ) != 0)
            | bit(VmFlag.WR, (prot & PROT_WRITE) != 0)
            | bit(VmFlag.EX, (prot & PROT_EXEC) != 0)
            | bit(VmFlag.SH, shared && !readOnly)
            | bit(VmFlag.MR, true)
            | bit(VmFlag.MW, !readOnly)
            | bit(VmFlag.ME, true)
            | bit(VmFlag.MS, shared)
            | bit(VmFlag.GD, kind == VmaKind.STACK)
            | bit(VmFlag.LO, (vma.getFlags() & Vmas.MAP_LOCKED) != 0)
            | bit(VmFlag.NR, (vma.getFlags() & Vmas.MAP_NORESERVE) != 0)
            | bit(VmFlag.HT, (vma.getFlags() & Vmas.MAP_HUGETLB) != 0)
            | bit(VmFlag.AC, !shared && ((prot & PROT_WRITE) != 0 || wasWritable));
    for (Map.Entry<VmFlag, Integer> advice : Vmas.ADVICE.entrySet()) {
      flags |= bit(advice.getKey(), (vma.getMadv() & 1L << advice.getValue()) != 0);
    }
    return flags;
  }

  private static long bit(VmFlag flag, boolean set) {
    return set ? flag.bit() : 0;
  }
}
