package dev.ckpt.core.backend;

import java.util.List;

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

  /** Address and length in bytes of each, one after another. */
  public static long[] pairs(List<PageRange> ranges) {
    long[] pairs = new long[2 * ranges.size()];
    int at = 0;
    for (PageRange range : ranges) {
      pairs[at++] = range.address();
      pairs[at++] = range.lenBytes();
    }
    return pairs;
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
