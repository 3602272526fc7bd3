package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import java.lang.ref.Reference;

/**
 * Asks this kernel, and the rights we have, whether newer calls can be used, by making each in a
 * way that cannot do anything.
 *
 * <p>Each method returns when the call can be used; the errno of its exception says why not.
 * Threading: any. Blocks: no.
 */
public final class KernelFeatures {
  /** {@code PAGEMAP_SCAN} of {@code linux/fs.h}, Linux 6.7. */
  private static final long PAGEMAP_SCAN = 0xc0606610L;

  private static final int PM_SCAN_ARG_BYTES = 96;
  private static final int PAGE_BYTES = 4096;

  /** {@code asm-generic/mman-common.h}, Linux 6.13. */
  private static final int MADV_GUARD_INSTALL = 102;

  /** {@code struct clone_args} of {@code linux/sched.h} up to set_tid_size. */
  private static final int CLONE_ARGS_BYTES = 80;

  private static final int CLONE_ARGS_FLAGS = 0;
  private static final int CLONE_ARGS_EXIT_SIGNAL = 32;
  private static final int CLONE_ARGS_SET_TID = 64;
  private static final int CLONE_ARGS_SET_TID_SIZE = 72;

  /** Spares the kernel the copying of our page tables on the way to its refusal. */
  private static final long CLONE_VM = 0x100;

  /** A flag that rseq(2) does not have. */
  private static final long RSEQ_NO_FLAG = 1L << 30;

  private KernelFeatures() {}

  /** The PAGEMAP_SCAN ioctl, tried on one page of our own. */
  public static void tryPagemapScan() throws SyscallException {
    NewerFeature.PAGEMAP_SCAN.failIfHidden();
    NativeBuffer page = NativeBuffer.allocatePages(PAGE_BYTES, PAGE_BYTES);
    NativeBuffer argument = NativeBuffer.allocate(PM_SCAN_ARG_BYTES);
    // size, flags, start, end; no vec: only walks
    argument.putLong(0, PM_SCAN_ARG_BYTES);
    argument.putLong(16, page.address());
    argument.putLong(24, page.address() + PAGE_BYTES);
    try (Fd pagemap = Fd.open("/proc/self/pagemap", Fcntl.O_RDONLY)) {
      pagemap.ioctl(PAGEMAP_SCAN, argument.address());
    }
  }

  /** Write protection that tells what was written, and the PAGEMAP_SCAN ioctl. */
  public static void tryWriteTracking() throws SyscallException {
    NewerFeature.UFFD_FEATURE_WP_ASYNC.failIfHidden();
    try (Fd userfault = Userfaultfd.open()) {
      Userfaultfd.api(userfault, Userfaultfd.WRITE_TRACKING);
    }
    tryPagemapScan();
  }

  /** Guard regions, tried on no bytes at all: the advice is looked at before the length. */
  public static void tryGuardRegions() throws SyscallException {
    NewerFeature.MADV_GUARD_INSTALL.failIfHidden();
    NativeBuffer page = NativeBuffer.allocatePages(PAGE_BYTES, PAGE_BYTES);
    long result =
        LibC.syscall(SyscallNumbers.MADVISE, page.address(), 0, MADV_GUARD_INSTALL, 0, 0, 0);
    Call.check(result, "", "madvise", "MADV_GUARD_INSTALL");
  }

  /**
   * clone3(2) with a pid of our choice: CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN.
   *
   * <p>We ask for our own pid, which is taken as long as we can ask: who has the right is told so,
   * who has not is told that first. Nothing is born either way.
   *
   * <p>Source: alloc_pid() in {@code kernel/pid.c}.
   */
  public static void tryChosenPid() throws SyscallException {
    NativeBuffer pids = NativeBuffer.allocate(Long.BYTES);
    pids.putInt(0, Tasks.self());
    NativeBuffer arguments = NativeBuffer.allocate(CLONE_ARGS_BYTES);
    arguments.putLong(CLONE_ARGS_FLAGS, CLONE_VM);
    arguments.putLong(CLONE_ARGS_EXIT_SIGNAL, Signals.SIGCHLD);
    arguments.putLong(CLONE_ARGS_SET_TID, pids.address());
    arguments.putLong(CLONE_ARGS_SET_TID_SIZE, 1);
    expect(
        Errno.EEXIST,
        LibC.syscall(Numbers.CLONE3, arguments.address(), CLONE_ARGS_BYTES, 0, 0, 0, 0),
        "clone3");
    // NB: with these gone too early the kernel would read another pid, and make a process.
    Reference.reachabilityFence(pids);
    Reference.reachabilityFence(arguments);
  }

  /** Landlock: whether this kernel has it and has it switched on (landlock_create_ruleset(2)). */
  public static boolean hasLandlock() {
    final int versionFlag = 1;
    return LibC.syscall(Numbers.LANDLOCK_CREATE_RULESET, 0, 0, versionFlag, 0, 0, 0) > 0;
  }

  /** rseq(2): whether this kernel has restartable sequences; asked with a flag that it has not. */
  public static boolean hasRseq() throws SyscallException {
    try {
      expect(Errno.EINVAL, LibC.syscall(SyscallNumbers.RSEQ, 0, 0, RSEQ_NO_FLAG, 0, 0, 0), "rseq");
      return true;
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENOSYS) {
        return false;
      }
      throw e;
    }
  }

  /** ptrace(2) as such: that no filter forbids it; asked about a process that cannot be. */
  public static void tryPtrace() throws SyscallException {
    expect(Errno.ESRCH, LibC.ptrace(Ptrace.DETACH, Integer.MAX_VALUE, 0, 0), "ptrace");
  }

  private static void expect(int errno, long result, String call) throws SyscallException {
    if (result != -1) {
      throw new IllegalStateException(call + " cannot have returned " + result);
    }
    int actual = Call.errno();
    if (actual != errno) {
      throw Call.failure(actual, "", call);
    }
  }
}
