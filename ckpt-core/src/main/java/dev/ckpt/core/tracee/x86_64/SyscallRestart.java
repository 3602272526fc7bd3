package dev.ckpt.core.tracee.x86_64;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import java.util.Set;

/**
 * What a thread that was stopped inside a system call must look like so that the call goes on and
 * no program sees an EINTR that it would not have seen without us.
 *
 * <p>Source: {@code arch/x86/kernel/signal.c} arch_do_signal_or_restart, signal(7) "Interruption of
 * system calls and library functions by stop signals".
 */
public final class SyscallRestart {
  /** Length of the syscall instruction, bytes. */
  private static final int SYSCALL_BYTES = 2;

  /**
   * Calls that answer EINTR to any stop although nothing happened yet; made again they go on
   * waiting. NB: those with a relative time-out start it over.
   */
  private static final Set<Long> EINTR_BY_STOP =
      Set.of(
          (long) SyscallNumbers.EPOLL_WAIT,
          (long) SyscallNumbers.EPOLL_PWAIT,
          (long) SyscallNumbers.EPOLL_PWAIT2,
          (long) SyscallNumbers.RT_SIGTIMEDWAIT,
          (long) SyscallNumbers.SEMOP,
          (long) SyscallNumbers.SEMTIMEDOP,
          (long) SyscallNumbers.MSGRCV,
          (long) SyscallNumbers.MSGSND,
          (long) SyscallNumbers.IO_GETEVENTS,
          // On a socket with SO_RCVTIMEO or SO_SNDTIMEO.
          (long) SyscallNumbers.READ,
          (long) SyscallNumbers.WRITE,
          (long) SyscallNumbers.RECVFROM,
          (long) SyscallNumbers.SENDTO,
          (long) SyscallNumbers.RECVMSG,
          (long) SyscallNumbers.SENDMSG,
          (long) SyscallNumbers.ACCEPT,
          (long) SyscallNumbers.ACCEPT4,
          (long) SyscallNumbers.CONNECT,
          (long) SyscallNumbers.IO_PGETEVENTS);

  private SyscallRestart() {}

  /** Whether the thread was stopped in or at the end of a system call. */
  public static boolean inSyscall(UserRegs regs) {
    return regs.get(UserRegs.ORIG_RAX) >= 0;
  }

  /**
   * Registers to put back on the live thread in the stop where they were read: unchanged, so that
   * the kernel restarts the call itself, but for an EINTR that is only our stop's doing. That one
   * becomes ERESTARTNOHAND: made again if no handler runs, EINTR if one does, as without us.
   */
  public static UserRegs forLiveThread(UserRegs regs) {
    if (inSyscall(regs)
        && regs.get(UserRegs.RAX) == -Errno.EINTR
        && EINTR_BY_STOP.contains(regs.get(UserRegs.ORIG_RAX))) {
      return regs.with(UserRegs.RAX, -Errno.ERESTARTNOHAND);
    }
    return regs;
  }

  /** Whether the kernel goes on with the call by restart_syscall(2). */
  public static boolean byRestartBlock(UserRegs regs) {
    return inSyscall(regs) && regs.get(UserRegs.RAX) == -Errno.ERESTART_RESTARTBLOCK;
  }

  /** Registers with which such a call is made again as it was: a relative time-out starts over. */
  public static UserRegs fromItsStart(UserRegs regs) {
    return regs.with(UserRegs.RAX, -Errno.ERESTARTNOINTR);
  }

  /**
   * Registers to put back on a live thread that a job-control signal has stopped. Where such a stop
   * makes a call answer EINTR, the program sees that when it is continued, without us too: then the
   * thread is in that call no more.
   */
  public static UserRegs forStoppedThread(UserRegs regs) {
    return inSyscall(regs) && regs.get(UserRegs.RAX) == -Errno.EINTR
        ? regs.with(UserRegs.ORIG_RAX, -1)
        : regs;
  }

  /**
   * Registers with which the live thread goes on when the kernel does not restart the call because
   * it comes from somewhere else: the call is made again by its instruction. The restart block is
   * still the thread's own, so a sleep goes on with the time that is left.
   */
  public static UserRegs forThreadComingHome(UserRegs stopped) {
    UserRegs regs = forLiveThread(stopped);
    if (!inSyscall(regs)) {
      return regs;
    }
    if (regs.get(UserRegs.RAX) == -Errno.ERESTART_RESTARTBLOCK) {
      return again(regs, SyscallNumbers.RESTART_SYSCALL);
    }
    return restarts(regs) ? again(regs, regs.get(UserRegs.ORIG_RAX)) : regs;
  }

  /**
   * Registers for a restored thread that has no restart block: an interrupted call is made again
   * from its start.
   */
  public static UserRegs forRestoredThread(UserRegs stopped) {
    UserRegs regs = forLiveThread(stopped);
    if (!inSyscall(regs)) {
      return regs;
    }
    boolean again = restarts(regs) || regs.get(UserRegs.RAX) == -Errno.ERESTART_RESTARTBLOCK;
    UserRegs ready = again ? again(regs, regs.get(UserRegs.ORIG_RAX)) : regs;
    return ready.with(UserRegs.ORIG_RAX, -1);
  }

  private static boolean restarts(UserRegs regs) {
    return restarts(regs.get(UserRegs.RAX));
  }

  /** Whether a result says that the call is to be made again as it was. */
  public static boolean restarts(long result) {
    return result == -Errno.ERESTARTSYS
        || result == -Errno.ERESTARTNOINTR
        || result == -Errno.ERESTARTNOHAND;
  }

  private static UserRegs again(UserRegs regs, long number) {
    return regs.with(UserRegs.RAX, number).with(UserRegs.RIP, regs.ip() - SYSCALL_BYTES);
  }
}
