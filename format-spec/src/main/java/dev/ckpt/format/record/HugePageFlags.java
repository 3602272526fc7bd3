package dev.ckpt.format.record;

/**
 * How MAP_ and MFD_ flags ask for huge TLB pages: by a bit, and by the logarithm of the page size
 * in bits 26 to 31. The format always has both: which size a machine takes without is its own
 * matter.
 *
 * <p>Source: {@code asm-generic/hugetlb_encode.h}.
 */
final class HugePageFlags {
  static final int MAP_HUGETLB = 0x40000;
  static final int MFD_HUGETLB = 0x4;

  private static final int SHIFT = 26;
  private static final int SIZE_MASK = 0x3f;
  private static final int MIN_LOG2 = 13;
  private static final int MAX_LOG2 = 40;

  private HugePageFlags() {}

  /** The size of the pages in bytes; 0: the flags do not ask for huge ones. */
  static long bytes(int flags, int bit) {
    return (flags & bit) == 0 ? 0 : 1L << (flags >>> SHIFT & SIZE_MASK);
  }

  static void check(int flags, int bit, String field) {
    int log2 = flags >>> SHIFT & SIZE_MASK;
    if ((flags & bit) != 0 && (log2 < MIN_LOG2 || log2 > MAX_LOG2)) {
      throw new IllegalArgumentException(
          field + " must have the size of its huge pages, found " + Integer.toHexString(flags));
    }
  }
}
