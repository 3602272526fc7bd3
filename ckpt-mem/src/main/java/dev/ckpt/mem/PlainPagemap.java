package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.KernelFeatures;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.error.CkptException;
import java.util.function.Consumer;

/**
 * The page map as /proc/PID/pagemap has told it since Linux 2.6.25: one word per page.
 *
 * <p>NB: a word for each page, also where there is none: 2 GiB of words for a terabyte. So a
 * reserve without a page is not walked where it cannot have guard markers either, and words that
 * are all the same are looked at once.
 *
 * <p>NB: it does not tell the shared zero page from others; such a page reads as zeros and is left
 * out of the image when its content is seen.
 *
 * <p>Source: Documentation/admin-guide/mm/pagemap.rst.
 */
final class PlainPagemap implements PageMap {
  private static final long PRESENT = 1L << 63;
  private static final long SWAPPED = 1L << 62;
  private static final long FILE = 1L << 61;
  private static final long SWAP_TYPE = 0x1f;

  /** Swap type of markers that hold no page: guard regions, poison, lost write protection. */
  private static final long MARKER = 31;

  private static final int WORDS = 8192;

  private final Fd pagemap;
  private final NativeBuffer words = NativeBuffer.allocate(WORDS * Long.BYTES);

  /** Takes ownership of an open /proc/PID/pagemap. */
  PlainPagemap(Fd pagemap) {
    this.pagemap = pagemap;
  }

  @Override
  public void scan(long start, long end, Want want, Found found) throws CkptException {
    scan(start, end, want, true, found);
  }

  /**
   * The same.
   *
   * @param written what is told of all pages
   */
  void scan(long start, long end, Want want, boolean written, Found found) throws CkptException {
    RunBuilder contents = new RunBuilder(range -> found.pages(range, written));
    RunBuilder markers = new RunBuilder(found::guards);
    long page = start;
    while (Long.compareUnsigned(page, end) < 0) {
      long nrPages = Math.min(WORDS, (end - page) / PageRange.PAGE_SIZE);
      long n = pagemap.pread(words.address(), nrPages * Long.BYTES, (page >>> 12) * Long.BYTES);
      int nrWords = (int) (n / Long.BYTES);
      if (nrWords == 0) {
        break;
      }
      if (!isHole(nrWords)) {
        for (int i = 0; i < nrWords; i++) {
          long word = words.getLong(i * Long.BYTES);
          long address = page + (long) i * PageRange.PAGE_SIZE;
          if ((word & SWAPPED) != 0 && (word & SWAP_TYPE) == MARKER) {
            markers.add(address);
          } else if ((word & (PRESENT | SWAPPED)) != 0
              && (want == Want.CONTENT || (word & FILE) == 0)) {
            contents.add(address);
          }
        }
      }
      page += (long) nrWords * PageRange.PAGE_SIZE;
    }
    contents.flush();
    markers.flush();
  }

  /** NB: the words of a hole are equal but need not be 0: the soft-dirty bit may be set in each. */
  private boolean isHole(int nrWords) {
    int lenBytes = (nrWords - 1) * Long.BYTES;
    return (words.getLong(0) & (PRESENT | SWAPPED)) == 0
        && words.view(0, lenBytes).equals(words.view(Long.BYTES, lenBytes));
  }

  @Override
  public boolean findsMoreThanPages() throws SyscallException {
    try {
      KernelFeatures.tryGuardRegions();
      return true;
    } catch (SyscallException e) {
      if (e.errno() == Errno.EINVAL) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    pagemap.close();
  }

  /** Joins pages that follow one another. */
  private static final class RunBuilder {
    private final Consumer<PageRange> out;
    private long start;
    private long nrPages;

    private RunBuilder(Consumer<PageRange> out) {
      this.out = out;
    }

    private void add(long address) {
      if (nrPages > 0 && start + nrPages * PageRange.PAGE_SIZE == address) {
        nrPages++;
        return;
      }
      flush();
      start = address;
      nrPages = 1;
    }

    private void flush() {
      if (nrPages > 0) {
        out.accept(new PageRange(start, nrPages));
        nrPages = 0;
      }
    }
  }
}
