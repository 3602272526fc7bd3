package dev.ckpt.core.backend;

/**
 * Whole pages that follow one another.
 *
 * @param address of the first byte; unsigned, page-aligned
 * @param nrPages number of pages, at least one
 */
public record PageRange(long address, long nrPages) {
  /** Bytes in a page; every x86-64 kernel has this size. */
  public static final int PAGE_SIZE = 4096;

  /** Checks alignment and count. */
  public PageRange {
    if (address % PAGE_SIZE != 0 || nrPages <= 0) {
      throw new IllegalArgumentException(
          "not a page range: " + Long.toHexString(address) + " + " + nrPages);
    }
  }

  /** Size in bytes. */
  public long lenBytes() {
    return nrPages * PAGE_SIZE;
  }

  /** First address after it. */
  public long end() {
    return address + lenBytes();
  }
}
