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

  /** Flags of one that is told of the kernel's own faults too, and is read without waiting. */
  public static final int SERVER_FLAGS = Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK;

  /** Pages can be write-protected. */
  public static final long UFFD_FEATURE_PAGEFAULT_FLAG_WP = 1;

  /** A child's address space gets a userfaultfd of its own; takes CAP_SYS_PTRACE. */
  public static final long UFFD_FEATURE_EVENT_FORK = 1 << 1;

  /** mremap(2) is told of, and takes the registration along. */
  public static final long UFFD_FEATURE_EVENT_REMAP = 1 << 2;

  /** madvise(2) that discards pages is told of. */
  public static final long UFFD_FEATURE_EVENT_REMOVE = 1 << 3;

  /** Shared memory can be registered for missing pages. */
  public static final long UFFD_FEATURE_MISSING_SHMEM = 1 << 5;

  /** munmap(2), and a mapping in the place of another, are told of. */
  public static final long UFFD_FEATURE_EVENT_UNMAP = 1 << 6;

  /** What it takes to serve pages to a task that knows nothing of it. */
  public static final long PAGE_SERVING =
      UFFD_FEATURE_EVENT_FORK
          | UFFD_FEATURE_EVENT_REMAP
          | UFFD_FEATURE_EVENT_REMOVE
          | UFFD_FEATURE_MISSING_SHMEM
          | UFFD_FEATURE_EVENT_UNMAP;

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
  private static final long UFFDIO_WAKE = 0x8010aa02L;
  private static final int RANGE_BYTES = 16;
  private static final long UFFDIO_COPY = 0xc028aa03L;
  private static final int COPY_BYTES = 40;
  private static final int COPIED = 32;
  private static final long UFFDIO_ZEROPAGE = 0xc020aa04L;
  private static final int ZEROPAGE_BYTES = 32;
  private static final int ZEROED = 24;

  private Userfaultfd() {}

  /** One of our own address space. */
  public static Fd open() throws SyscallException {
    return open(FLAGS);
  }

  /** The same with other flags. */
  public static Fd open(int flags) throws SyscallException {
    long fd = LibC.syscall(SyscallNumbers.USERFAULTFD, flags, 0, 0, 0, 0, 0);
    return new Fd((int) Call.check(fd, "", "userfaultfd", flags));
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

  /**
   * Puts pages where none are, and wakes whoever waits for them.
   *
   * @param to where to, in the address space
   * @param from where they are in our memory
   * @return how many bytes were put, a part of them perhaps; or {@code -errno} if none were: EEXIST
   *     if there is a page, EAGAIN if an event waits to be read, ENOENT if the range is not
   *     registered as one mapping, ESRCH if the address space is gone
   */
  public static long copy(Fd userfault, long to, long from, long lenBytes) {
    NativeBuffer copy = NativeBuffer.allocate(COPY_BYTES);
    copy.putLong(0, to);
    copy.putLong(8, from);
    copy.putLong(16, lenBytes);
    return transfer(userfault, UFFDIO_COPY, copy, COPIED);
  }

  /** The same with zeros. */
  public static long zero(Fd userfault, long to, long lenBytes) {
    NativeBuffer zero = NativeBuffer.allocate(ZEROPAGE_BYTES);
    zero.putLong(0, to);
    zero.putLong(8, lenBytes);
    return transfer(userfault, UFFDIO_ZEROPAGE, zero, ZEROED);
  }

  private static long transfer(Fd userfault, long request, NativeBuffer argument, int done) {
    int result = LibC.ioctl(userfault.number(), request, argument.address());
    // NB: after a part of it the result is -1 as well, with EAGAIN, and what was done is told.
    long errno = result == 0 ? 0 : Call.errno();
    long doneBytes = argument.getLong(done);
    return result == 0 || doneBytes > 0 ? doneBytes : -errno;
  }

  /** Has whoever waits for a page of a range look again. */
  public static void wake(Fd userfault, long start, long lenBytes) throws SyscallException {
    NativeBuffer range = NativeBuffer.allocate(RANGE_BYTES);
    range.putLong(0, start);
    range.putLong(8, lenBytes);
    userfault.ioctl(UFFDIO_WAKE, range.address());
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
