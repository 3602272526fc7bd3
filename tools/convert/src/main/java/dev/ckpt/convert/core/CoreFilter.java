package dev.ckpt.convert.core;

import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.VmaKind;

/**
 * How much of a mapping belongs into a core file: what the kernel writes when the task has this
 * coredump_filter, bits 0 to 8 of /proc/PID/coredump_filter.
 *
 * <p>Source: core(5), "Controlling which mappings are written to the core dump".
 *
 * @param bits of the filter
 * @param all whether to leave out nothing that can be had, whatever the filter says
 */
record CoreFilter(int bits, boolean all) {
  private static final int ANON_PRIVATE = 1;
  private static final int ANON_SHARED = 1 << 1;
  private static final int MAPPED_PRIVATE = 1 << 2;
  private static final int MAPPED_SHARED = 1 << 3;
  private static final int ELF_HEADERS = 1 << 4;
  private static final int HUGETLB_PRIVATE = 1 << 5;
  private static final int HUGETLB_SHARED = 1 << 6;

  /** How much of it. */
  enum Extent {
    NOTHING,
    /** By which a debugger tells what was mapped there. */
    FIRST_PAGE,
    WHOLE
  }

  private boolean has(int bit) {
    return (bits & bit) != 0;
  }

  /**
   * Decides.
   *
   * @param hasPages whether the mapping has pages of its own: it was written to
   */
  Extent of(CoreMapping mapping, boolean hasPages) {
    VmaKind kind = mapping.vma().kind();
    if (kind == VmaKind.VDSO) {
      return Extent.WHOLE;
    }
    // The image has nothing of these, and the clocks in it would be wrong anyway.
    if (kind.isKernels() || mapping.vma().has(VmFlag.IO)) {
      return Extent.NOTHING;
    }
    if (mapping.isAnonymous() && !hasPages && isReserve(mapping)) {
      return Extent.NOTHING;
    }
    if (all) {
      return mapping.isReadable() || hasPages ? Extent.WHOLE : Extent.NOTHING;
    }
    return mapping.vma().has(VmFlag.DD) ? Extent.NOTHING : ofFilter(mapping, hasPages);
  }

  /** NB: of memory that was never touched the kernel writes nothing; reserves may be terabytes. */
  private static boolean isReserve(CoreMapping mapping) {
    return mapping.vma().prot() == 0 || mapping.vma().has(VmFlag.NR);
  }

  private Extent ofFilter(CoreMapping mapping, boolean hasPages) {
    if (mapping.isHugetlb()) {
      return whole(has(mapping.isPrivate() ? HUGETLB_PRIVATE : HUGETLB_SHARED));
    }
    if (!mapping.isPrivate()) {
      return whole(has(mapping.hasNamedFile() ? MAPPED_SHARED : ANON_SHARED));
    }
    if (mapping.isAnonymous() || hasPages && has(ANON_PRIVATE)) {
      return whole(has(ANON_PRIVATE));
    }
    if (has(MAPPED_PRIVATE)) {
      return Extent.WHOLE;
    }
    boolean header =
        has(ELF_HEADERS)
            && mapping.vma().pgoffBytes() == 0
            && mapping.isReadable()
            && mapping.isOfExecutable();
    return header ? Extent.FIRST_PAGE : Extent.NOTHING;
  }

  private static Extent whole(boolean wanted) {
    return wanted ? Extent.WHOLE : Extent.NOTHING;
  }
}
