package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;

/** Signal numbers ({@code asm/signal.h}) and the calls that send them. */
public final class Signals {
  public static final int SIGHUP = 1;
  public static final int SIGINT = 2;
  public static final int SIGQUIT = 3;
  public static final int SIGILL = 4;
  public static final int SIGTRAP = 5;
  public static final int SIGBUS = 7;
  public static final int SIGFPE = 8;
  public static final int SIGKILL = 9;
  public static final int SIGUSR1 = 10;
  public static final int SIGSEGV = 11;
  public static final int SIGUSR2 = 12;
  public static final int SIGALRM = 14;
  public static final int SIGTERM = 15;
  public static final int SIGCHLD = 17;
  public static final int SIGCONT = 18;
  public static final int SIGSTOP = 19;
  public static final int SIGTSTP = 20;
  public static final int SIGTTIN = 21;
  public static final int SIGTTOU = 22;
  public static final int SIGURG = 23;
  public static final int SIGWINCH = 28;
  public static final int SIGSYS = 31;

  /** Signals are numbered 1 to 64. */
  public static final int NSIG = 64;

  /**
   * What a thread brings upon itself: the JVM lives by them, and one that has them blocked dies.
   */
  static final long SYNCHRONOUS =
      bit(SIGILL) | bit(SIGTRAP) | bit(SIGBUS) | bit(SIGFPE) | bit(SIGSEGV) | bit(SIGSYS);

  private static final long SIG_IGN = 1;

  private Signals() {}

  /** The bit that stands for a signal in a mask. */
  public static long bit(int signal) {
    return 1L << (signal - 1);
  }

  /** kill(2). */
  public static void kill(int pid, int signal) throws SyscallException {
    Call.check(LibC.kill(pid, signal), "", "kill", pid, signal);
  }

  /**
   * Stops our process group as Ctrl-Z would, so that whoever waits for it sees its job stop;
   * returns when somebody continued it. In an orphaned group, which nobody would continue, nothing
   * happens (setpgid(2)).
   *
   * <p>NB: first the others, while we ignore the signal, then our own thread. Sent to our process,
   * it could be taken by another thread, and this one would run on for a moment.
   */
  public static void stopGroup() throws SyscallException {
    long old = LibC.signal(SIGTSTP, SIG_IGN);
    try {
      kill(0, SIGTSTP);
    } finally {
      LibC.signal(SIGTSTP, old);
    }
    long thread = LibC.syscall(Numbers.GETTID, 0, 0, 0, 0, 0, 0);
    Call.check(
        LibC.syscall(Numbers.TGKILL, LibC.getpid(), thread, SIGTSTP, 0, 0, 0),
        "",
        "tgkill",
        SIGTSTP);
  }

  /** Whether a process, zombie or process group of this number exists. */
  public static boolean exists(int pid) throws SyscallException {
    if (LibC.kill(pid, 0) == 0) {
      return true;
    }
    int errno = Call.errno();
    if (errno == Errno.EPERM) {
      return true;
    }
    if (errno == Errno.ESRCH) {
      return false;
    }
    throw Call.failure(errno, "", "kill", pid, 0);
  }

  /** Blocks signals for the calling thread only; returns the old mask. */
  public static long block(long mask) throws SyscallException {
    NativeBuffer sets = NativeBuffer.allocate(256);
    sets.putLong(0, mask);
    int errno = LibC.pthread_sigmask(0, sets.address(), sets.address(128));
    if (errno != 0) {
      throw Call.failure(errno, "", "pthread_sigmask", mask);
    }
    return sets.getLong(128);
  }

  /** Sets the calling thread's mask. */
  public static void setMask(long mask) throws SyscallException {
    final int sigSetmask = 2;
    NativeBuffer set = NativeBuffer.allocate(128);
    set.putLong(0, mask);
    int errno = LibC.pthread_sigmask(sigSetmask, set.address(), 0);
    Reference.reachabilityFence(set);
    if (errno != 0) {
      throw Call.failure(errno, "", "pthread_sigmask", mask);
    }
  }
}
