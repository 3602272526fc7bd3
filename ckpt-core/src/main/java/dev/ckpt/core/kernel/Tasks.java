package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;

/** Calls that ask about a task without stopping it. */
public final class Tasks {
  private static final int CLONE_FS = 0x200;

  private Tasks() {}

  /** What kcmp(2) is asked to compare ({@code linux/kcmp.h}). */
  public enum KcmpType {
    FILE,
    VM,
    FILES,
    FS,
    SIGHAND,
    IO,
    SYSVSEM,
    EPOLL_TFD
  }

  /** pidfd_open(2): a handle on a process that a reused number cannot confuse. */
  @MustBeClosed
  public static Fd pidfdOpen(int pid) throws SyscallException {
    return new Fd(
        (int)
            Call.check(
                LibC.syscall(Numbers.PIDFD_OPEN, pid, 0, 0, 0, 0, 0), "", "pidfd_open", pid, 0));
  }

  /** pidfd_getfd(2): a duplicate of one of the target's descriptors (the same description). */
  @MustBeClosed
  public static Fd pidfdGetfd(Fd pidfd, int targetFd) throws SyscallException {
    return new Fd(
        (int)
            Call.check(
                LibC.syscall(Numbers.PIDFD_GETFD, pidfd.number(), targetFd, 0, 0, 0, 0),
                "",
                "pidfd_getfd",
                pidfd.number(),
                targetFd));
  }

  /**
   * kcmp(2): whether two tasks share a kernel object.
   *
   * @return 0 when it is the same object; otherwise an order: 1 less, 2 greater, 3 unordered
   */
  public static int kcmp(int pid1, int pid2, KcmpType type, long idx1, long idx2)
      throws SyscallException {
    return (int)
        Call.check(
            LibC.syscall(Numbers.KCMP, pid1, pid2, type.ordinal(), idx1, idx2, 0),
            "",
            "kcmp",
            pid1,
            pid2,
            type,
            idx1,
            idx2);
  }

  /**
   * kcmp(2) with KCMP_EPOLL_TFD: whether a descriptor is what an epoll instance watches.
   *
   * @param epollPid process that the epoll instance's descriptor is of
   * @param epoll descriptor of the epoll instance
   * @param targetFd number that the item was added under
   * @param nth which item of that number, from 0, in the order of fdinfo
   */
  public static boolean isEpollTarget(
      int pid, int fd, int epollPid, int epoll, int targetFd, int nth) throws SyscallException {
    // struct kcmp_epoll_slot (linux/kcmp.h)
    NativeBuffer slot = NativeBuffer.allocate(12);
    slot.putInt(0, epoll);
    slot.putInt(4, targetFd);
    slot.putInt(8, nth);
    boolean same = kcmp(pid, epollPid, KcmpType.EPOLL_TFD, fd, slot.address()) == 0;
    Reference.reachabilityFence(slot);
    return same;
  }

  /** A thread's robust futex list: head address and length as it registered them. */
  public static final class RobustList {
    private final long head;
    private final long lenBytes;

    private RobustList(long head, long lenBytes) {
      this.head = head;
      this.lenBytes = lenBytes;
    }

    /** Address of the list head in the task, 0 when none is registered. */
    public long head() {
      return head;
    }

    /** The length that was registered. */
    public long lenBytes() {
      return lenBytes;
    }
  }

  /** get_robust_list(2). */
  public static RobustList robustList(int tid) throws SyscallException {
    NativeBuffer out = NativeBuffer.allocate(16);
    Call.check(
        LibC.syscall(Numbers.GET_ROBUST_LIST, tid, out.address(), out.address(8), 0, 0, 0),
        "",
        "get_robust_list",
        tid);
    return new RobustList(out.getLong(0), out.getLong(8));
  }

  /** prlimit(2): sets one limit of another process. */
  public static void setLimit(int pid, int resource, long soft, long hard) throws SyscallException {
    NativeBuffer limit = NativeBuffer.allocate(16);
    limit.putLong(0, soft);
    limit.putLong(8, hard);
    Call.check(
        LibC.prlimit64(pid, resource, limit.address(), 0),
        "[pid " + pid + "]",
        "prlimit",
        pid,
        resource,
        soft,
        hard);
    Reference.reachabilityFence(limit);
  }

  /** Our own process. */
  public static int self() {
    return LibC.getpid();
  }

  /** The calling thread. */
  public static int selfThread() {
    return (int) LibC.syscall(Numbers.GETTID, 0, 0, 0, 0, 0, 0);
  }

  /** Effective user of our process. */
  public static int effectiveUser() {
    return LibC.geteuid();
  }

  /** Effective group of our process. */
  public static int effectiveGroup() {
    return LibC.getegid();
  }

  /** Lets another runnable thread go first. */
  public static void yieldCpu() {
    LibC.sched_yield();
  }

  /**
   * Gives the calling thread a working folder of its own; what it spawns begins there. The thread
   * is to end soon, for nothing else in the JVM reckons with that.
   */
  public static void enterFolder(String path) throws SyscallException {
    NativeBuffer text = NativeBuffer.of(Files.cString(Files.bytes(path)));
    Call.check(LibC.syscall(Numbers.UNSHARE, CLONE_FS, 0, 0, 0, 0, 0), "", "unshare", "CLONE_FS");
    Call.check(LibC.syscall(Numbers.CHDIR, text.address(), 0, 0, 0, 0, 0), "", "chdir", path);
    Reference.reachabilityFence(text);
  }
}
