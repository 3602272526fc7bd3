package dev.ckpt.core.backend;

/**
 * Memory of a new task whose pages are still in an image.
 *
 * @param start of the first byte in the task
 * @param end behind the last one
 * @param owner what the pages belong to in the image: the object reference of its {@code Mm}, or of
 *     a {@code Shmem}
 * @param addr of the first byte there
 */
public record LazyRange(long start, long end, int owner, long addr) {
  /** Checks the order and the alignment. */
  public LazyRange {
    if (Long.compareUnsigned(start, end) >= 0 || (start | end | addr) % PageRange.PAGE_SIZE != 0) {
      throw new IllegalArgumentException(
          "not a range of pages: " + Long.toHexString(start) + " to " + Long.toHexString(end));
    }
  }

  /** Its size in bytes. */
  public long lenBytes() {
    return end - start;
  }

  /** A part of it. */
  public LazyRange part(long from, long to) {
    return new LazyRange(from, to, owner, addr + (from - start));
  }
}
