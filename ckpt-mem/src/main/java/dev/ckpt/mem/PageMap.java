package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.error.CkptException;

/**
 * Which pages of a task hold something.
 *
 * <p>Two kernels' ways give the same answer: PAGEMAP_SCAN, and /proc/PID/pagemap word by word.
 */
interface PageMap extends AutoCloseable {
  /** What is asked for. */
  enum Want {
    /** Every page that is present or swapped out, the shared zero page excepted. */
    CONTENT,
    /** Of a private file mapping only the pages that the task has written: its own copies. */
    COPIED
  }

  /** What is told of a range, in ascending order. */
  interface Found {
    /**
     * Pages.
     *
     * @param written whether since they were protected last; of unprotected ones always
     */
    void pages(PageRange range, boolean written);

    /** Guard markers (MADV_GUARD_INSTALL), which are no pages. */
    void guards(PageRange range);
  }

  /** For whoever wants pages protected and nothing told. */
  Found NOBODY =
      new Found() {
        @Override
        public void pages(PageRange range, boolean written) {
          // Nobody wants to know.
        }

        @Override
        public void guards(PageRange range) {
          // The same.
        }
      };

  /** Walks a range that lies within one vma. */
  void scan(long start, long end, Want want, Found found) throws CkptException;

  /**
   * The same of anonymous memory, and at once protects the pages that were written, so that the
   * next walk tells which were written since this one.
   *
   * @return false when they cannot be protected here; then nothing was told
   */
  default boolean scanAndProtect(long start, long end, Found found) throws CkptException {
    return false;
  }

  /**
   * Whether a range without any page, present or swapped out, still has to be walked.
   *
   * @throws SyscallException when this cannot be found out
   */
  default boolean findsMoreThanPages() throws SyscallException {
    return true;
  }

  @Override
  void close();
}
