package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import java.lang.ref.Reference;

/**
 * What a userfaultfd(2) can be told. A descriptor is of the address space of whoever made it, and
 * acts on that whoever holds it.
 *
 * <p>Source: ioctl_userfaultfd(2), {@code linux/userfaultfd.h}.
 */
public final class Userfaultfd {
  /** Without privilege there are no others; faults of the kernel's own are not told of. */
  public static final int UFFD_USER_MODE_ONLY = 1;

  /** Flags to open one with. */
  public static final int FLAGS = UFFD_USER_MODE_ONLY | Fcntl.O_CLOEXEC;

  /** Pages can be write-protected. */
  public static final long UFFD_FEATURE_PAGEFAULT_FLAG_WP = 1;

  /** A write to a protected page takes the protection away and goes on; Linux 6.7. */
  public static final long UFFD_FEATURE_WP_ASYNC = 1 << 15;

  /** What it takes to be told which pages were written. */
  public static final long WRITE_TRACKING = UFFD_FEATURE_WP_ASYNC | UFFD_FEATURE_PAGEFAULT_FLAG_WP;

  /** Pages can be moved; Linux 6.8. */
  public static final long UFFD_FEATURE_MOVE = 1 << 16;

  /** Faults where no page is. */
  public static final long UFFDIO_REGISTER_MODE_MISSING = 1;

  /** Writes to protected pages. */
  public static final long UFFDIO_REGISTER_MODE_WP = 2;

  private static final long UFFD_API = 0xaa;
  private static final long UFFDIO_API = 0xc018aa3fL;
  private static final long UFFDIO_REGISTER = 0xc020aa00L;
  private static final int API_BYTES = 24;
  private static final int REGISTER_BYTES = 32;
  private static final long UFFDIO_WRITEPROTECT = 0xc018aa06L;
  private static final long UFFDIO_WRITEPROTECT_MODE_WP = 1;
  private static final int WRITEPROTECT_BYTES = 24;

  private Userfaultfd() {}

  /** One of our own address space. */
  public static Fd open() throws SyscallException {
    long fd = LibC.syscall(SyscallNumbers.USERFAULTFD, FLAGS, 0, 0, 0, 0, 0);
    return new Fd((int) Call.check(fd, "", "userfaultfd", FLAGS));
  }

  /** Agrees on what a new one can do, once. */
  public static void api(Fd userfault, long features) throws SyscallException {
    NativeBuffer api = NativeBuffer.allocate(API_BYTES);
    api.putLong(0, UFFD_API);
    api.putLong(8, features);
    userfault.ioctl(UFFDIO_API, api.address());
    Reference.reachabilityFence(api);
  }

  /** Says which faults of a range of mappings it is for; again does no harm. */
  public static void register(Fd userfault, long start, long lenBytes, long mode)
      throws SyscallException {
    NativeBuffer range = NativeBuffer.allocate(REGISTER_BYTES);
    range.putLong(0, start);
    range.putLong(8, lenBytes);
    range.putLong(16, mode);
    userfault.ioctl(UFFDIO_REGISTER, range.address());
    Reference.reachabilityFence(range);
  }

  /** Write-protects pages that are there. */
  public static void protect(Fd userfault, long start, long lenBytes) throws SyscallException {
    NativeBuffer range = NativeBuffer.allocate(WRITEPROTECT_BYTES);
    range.putLong(0, start);
    range.putLong(8, lenBytes);
    range.putLong(16, UFFDIO_WRITEPROTECT_MODE_WP);
    userfault.ioctl(UFFDIO_WRITEPROTECT, range.address());
    Reference.reachabilityFence(range);
  }
}
