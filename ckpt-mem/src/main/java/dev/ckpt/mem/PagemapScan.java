package dev.ckpt.mem;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.error.CkptException;

/**
 * The page map as the PAGEMAP_SCAN ioctl (Linux 6.7) tells it.
 *
 * <p>NB: a swapped page may be a guard marker: older kernels say SWAPPED for it. Such runs, rare as
 * they are, are looked up in the plain pagemap.
 *
 * <p>NB: the kernel's walk_end cannot be trusted: when a walk of more than 512 regions comes to its
 * end it still holds an earlier address (6.18). Regions that leave room in the array are all there
 * are; otherwise the walk goes on behind the last of them.
 *
 * <p>Source: {@code linux/fs.h} struct pm_scan_arg, Documentation/admin-guide/mm/pagemap.rst.
 */
final class PagemapScan implements PageMap {
  private static final long PAGEMAP_SCAN = 0xc0606610L;
  private static final int ARG_BYTES = 96;
  private static final int REGION_BYTES = 24;
  private static final int MAX_REGIONS = 4096;
  private static final long PM_SCAN_WP_MATCHING = 1;
  private static final long PM_SCAN_CHECK_WPASYNC = 1 << 1;
  private static final long PAGE_IS_WRITTEN = 1 << 1;
  private static final long PAGE_IS_FILE = 1 << 2;
  private static final long PAGE_IS_PRESENT = 1 << 3;
  private static final long PAGE_IS_SWAPPED = 1 << 4;
  private static final long PAGE_IS_PFNZERO = 1 << 5;

  private final Fd pagemap;
  private final PlainPagemap plain;
  private final NativeBuffer argument = NativeBuffer.allocate(ARG_BYTES);
  private final NativeBuffer regions = NativeBuffer.allocate(MAX_REGIONS * REGION_BYTES);

  private PagemapScan(Fd pagemap) {
    this.pagemap = pagemap;
    this.plain = new PlainPagemap(pagemap);
  }

  /** Opens the better of the two ways that this kernel has. */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static PageMap open(int pid) throws CkptException {
    PagemapScan scan = ofAnyKernel(pid);
    return scan.works() ? scan : scan.plain;
  }

  /** Opens it where it is known to work. */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static PagemapScan ofAnyKernel(int pid) throws CkptException {
    return new PagemapScan(Fd.open("/proc/" + pid + "/pagemap", Fcntl.O_RDONLY));
  }

  private boolean works() throws SyscallException {
    try {
      NewerFeature.PAGEMAP_SCAN.failIfHidden();
      prepare(0, PageRange.PAGE_SIZE, Want.CONTENT, 0);
      pagemap.ioctl(PAGEMAP_SCAN, argument.address());
      return true;
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENOTTY || e.errno() == Errno.EINVAL) {
        return false;
      }
      throw e;
    }
  }

  private void prepare(long start, long end, Want want, long flags) {
    long not = PAGE_IS_PFNZERO | (want == Want.COPIED ? PAGE_IS_FILE : 0);
    argument.putLong(0, ARG_BYTES);
    argument.putLong(8, flags);
    argument.putLong(16, start);
    argument.putLong(24, end);
    argument.putLong(32, 0);
    argument.putLong(40, regions.address());
    argument.putLong(48, MAX_REGIONS);
    argument.putLong(56, 0);
    argument.putLong(64, not);
    argument.putLong(72, not);
    argument.putLong(80, PAGE_IS_PRESENT | PAGE_IS_SWAPPED);
    argument.putLong(88, PAGE_IS_SWAPPED | (flags == 0 ? 0 : PAGE_IS_WRITTEN));
  }

  @Override
  public void scan(long start, long end, Want want, Found found) throws CkptException {
    scan(start, end, want, 0, found);
  }

  @Override
  public boolean scanAndProtect(long start, long end, Found found) throws CkptException {
    try {
      scan(start, end, Want.CONTENT, PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC, found);
      return true;
    } catch (SyscallException e) {
      if (e.errno() == Errno.EPERM) {
        return false;
      }
      throw e;
    }
  }

  /** How many pages of a range were written since they were protected; it protects none. */
  long countWritten(long start, long end) throws CkptException {
    long[] nrPages = new long[1];
    Found counter =
        new Found() {
          @Override
          public void pages(PageRange range, boolean written) {
            nrPages[0] += written ? range.nrPages() : 0;
          }

          @Override
          public void guards(PageRange range) {
            // They are no pages.
          }
        };
    scan(start, end, Want.CONTENT, PM_SCAN_CHECK_WPASYNC, counter);
    return nrPages[0];
  }

  private void scan(long start, long end, Want want, long flags, Found found) throws CkptException {
    long from = start;
    while (Long.compareUnsigned(from, end) < 0) {
      prepare(from, end, want, flags);
      int n = pagemap.ioctl(PAGEMAP_SCAN, argument.address());
      for (int i = 0; i < n; i++) {
        long runStart = regions.getLong(i * REGION_BYTES);
        long runEnd = regions.getLong(i * REGION_BYTES + 8);
        long categories = regions.getLong(i * REGION_BYTES + 16);
        boolean written = flags == 0 || (categories & PAGE_IS_WRITTEN) != 0;
        if ((categories & PAGE_IS_SWAPPED) != 0) {
          plain.scan(runStart, runEnd, want, written, found);
        } else {
          PageRange run = new PageRange(runStart, (runEnd - runStart) / PageRange.PAGE_SIZE);
          found.pages(run, written);
        }
      }
      if (n < MAX_REGIONS) {
        return;
      }
      from = regions.getLong((n - 1) * REGION_BYTES + 8);
    }
  }

  @Override
  public void close() {
    pagemap.close();
  }
}
