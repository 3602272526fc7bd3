package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.error.CkptException;
import java.util.function.Consumer;

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

  /**
   * Walks a range that lies within one vma.
   *
   * @param found receives runs in ascending order
   * @param guards receives ranges of guard markers (MADV_GUARD_INSTALL), which are no pages
   */
  void scan(long start, long end, Want want, Consumer<PageRange> found, Consumer<PageRange> guards)
      throws CkptException;

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
