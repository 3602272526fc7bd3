package dev.ckpt.format.record;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The flags that the line VmFlags of smaps shows by two letters. The bit numbers are those of the
 * format and not of the kernel, which has changed its own more than once.
 *
 * <p>Source: show_smap_vma_flags() in the kernel's fs/proc/task_mmu.c.
 */
public enum VmFlag {
  /** Readable. */
  RD(0),
  /** Writable. */
  WR(1),
  /** Executable. */
  EX(2),
  /** Shared. */
  SH(3),
  /** May be made readable. */
  MR(4),
  /** May be made writable. */
  MW(5),
  /** May be made executable. */
  ME(6),
  /** May be shared. */
  MS(7),
  /** Grows down. */
  GD(8),
  /** Pure PFN range. */
  PF(9),
  /** MAP_DENYWRITE. */
  DW(10),
  /** Locked. */
  LO(11),
  /** Memory-mapped device. */
  IO(12),
  /** MADV_SEQUENTIAL. */
  SR(13),
  /** MADV_RANDOM. */
  RR(14),
  /** MADV_DONTFORK. */
  DC(15),
  /** Mremap may not grow it. */
  DE(16),
  /** Counts as committed. */
  AC(17),
  /** MAP_NORESERVE. */
  NR(18),
  /** Huge TLB pages. */
  HT(19),
  /** Synchronous faults. */
  SF(20),
  /** Flag of the architecture. */
  AR(21),
  /** MADV_WIPEONFORK. */
  WF(22),
  /** MADV_DONTDUMP. */
  DD(23),
  /** Soft-dirty. */
  SD(24),
  /** Mixed map. */
  MM(25),
  /** MADV_HUGEPAGE. */
  HG(26),
  /** MADV_NOHUGEPAGE. */
  NH(27),
  /** MADV_MERGEABLE. */
  MG(28),
  /** Userfaultfd, missing pages. */
  UM(29),
  /** Userfaultfd, write-protected. */
  UW(30),
  /** Shadow stack. */
  SS(31),
  /** Sealed. */
  SL(32),
  /** Droppable. */
  DP(33),
  /** Locked page by page when touched (MLOCK_ONFAULT). */
  LF(34);

  private static final long ALL;
  private static final Map<String, VmFlag> BY_LETTERS = new HashMap<>();

  static {
    long all = 0;
    for (VmFlag flag : values()) {
      all |= flag.bit();
      BY_LETTERS.put(flag.letters(), flag);
    }
    ALL = all;
  }

  private final int bitNumber;

  VmFlag(int bitNumber) {
    this.bitNumber = bitNumber;
  }

  /** The flag of these two letters, or empty if they are none that the format has. */
  public static Optional<VmFlag> of(String letters) {
    return Optional.ofNullable(BY_LETTERS.get(letters));
  }

  /** Whether all bits that are set are flags of the format. */
  public static boolean known(long bits) {
    return (bits & ~ALL) == 0;
  }

  /** The flags whose bits are set. */
  public static Set<VmFlag> setOf(long bits) {
    Set<VmFlag> flags = EnumSet.noneOf(VmFlag.class);
    for (VmFlag flag : values()) {
      if ((bits & flag.bit()) != 0) {
        flags.add(flag);
      }
    }
    return flags;
  }

  /** The bits of these flags. */
  public static long bitsOf(Iterable<VmFlag> flags) {
    long bits = 0;
    for (VmFlag flag : flags) {
      bits |= flag.bit();
    }
    return bits;
  }

  /** The bit of this flag in a word of flags. */
  public long bit() {
    return 1L << bitNumber;
  }

  /** The two letters that smaps shows. */
  public String letters() {
    return name().toLowerCase(Locale.ROOT);
  }
}
