package dev.ckpt.format.record;

import dev.ckpt.format.Limits;

/**
 * Pages that follow one another and are of one kind.
 *
 * @param addr of the first byte; page-aligned, below 2^47; in a {@link MemoryObject} a byte offset
 * @param nrPages number of pages, 1 to 2^31
 * @param kind where their content is; DATA or ZERO in version 1
 */
public record PageRun(long addr, long nrPages, PageKind kind) {
  /** Checks alignment, bounds and kind. */
  public PageRun {
    check(addr, nrPages);
    if (!kind.supported()) {
      throw new IllegalArgumentException("kind must be one of version 1, found " + kind);
    }
  }

  /** What any pages that follow one another must be. */
  static void check(long addr, long nrPages) {
    if (addr < 0 || addr >= Limits.USER_SPACE_END || addr % Limits.PAGE_SIZE != 0) {
      throw new IllegalArgumentException(
          "addr must be page-aligned and below 2^47, found " + Long.toHexString(addr));
    }
    if (nrPages < 1
        || nrPages > Limits.MAX_RUN_PAGES
        || addr + nrPages * Limits.PAGE_SIZE > Limits.USER_SPACE_END) {
      throw new IllegalArgumentException(
          "nrPages must be 1 to 2^31 and end within 2^47, found " + nrPages);
    }
  }

  /** Size in bytes. */
  public long lenBytes() {
    return nrPages * Limits.PAGE_SIZE;
  }

  /** First address behind it. */
  public long end() {
    return addr + lenBytes();
  }
}
