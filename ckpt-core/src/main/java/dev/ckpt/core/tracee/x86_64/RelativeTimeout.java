package dev.ckpt.core.tracee.x86_64;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import java.util.Optional;

/**
 * The time-out of a call that the kernel goes on with from a restart block: it counts from the
 * beginning of the call, so a call that is made again would wait too long. Absolute ones need
 * nothing of this.
 *
 * @param nanos how long
 * @param isLeft whether that is what is left, else what the call began with
 */
public record RelativeTimeout(long nanos, boolean isLeft) {
  private static final int TIMER_ABSTIME = 1;
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_CMD_MASK = 0x7f;
  private static final long CLOCK_REALTIME = 0;
  private static final long CLOCK_MONOTONIC = 1;
  private static final long CLOCK_BOOTTIME = 7;
  private static final int TIMESPEC_BYTES = 16;
  private static final long SECOND = 1_000_000_000;
  private static final long MILLI = 1_000_000;

  /**
   * That of a stopped thread.
   *
   * @param regs as it was stopped; the number of the call itself, not restart_syscall's
   * @return nothing when it is in no such call, or waits without end
   */
  public static Optional<RelativeTimeout> of(UserRegs regs, RemoteMemory memory)
      throws SyscallException {
    if (regs.get(UserRegs.RAX) != -Errno.ERESTART_RESTARTBLOCK) {
      return Optional.empty();
    }
    long first = regs.get(UserRegs.RDI);
    long second = regs.get(UserRegs.RSI);
    long third = regs.get(UserRegs.RDX);
    long fourth = regs.get(UserRegs.R10);
    switch ((int) regs.get(UserRegs.ORIG_RAX)) {
      case SyscallNumbers.NANOSLEEP:
        return sleep(memory, first, second);
      case SyscallNumbers.CLOCK_NANOSLEEP:
        return (second & TIMER_ABSTIME) == 0 && isWallClock(first)
            ? sleep(memory, third, fourth)
            : Optional.empty();
      case SyscallNumbers.POLL:
        return (int) third > 0
            ? Optional.of(new RelativeTimeout((int) third * MILLI, false))
            : Optional.empty();
      case SyscallNumbers.FUTEX:
        // Any other command with a time-out takes an absolute one.
        return (second & FUTEX_CMD_MASK) == FUTEX_WAIT && fourth != 0
            ? Optional.of(read(memory, fourth, false))
            : Optional.empty();
      default:
        return Optional.empty();
    }
  }

  /**
   * The registers with which the same call is made for another time.
   *
   * @param regs of a thread that has a relative time-out
   * @param nanos the new time-out
   * @param timespec where a {@code struct timespec} of it stands in the task
   */
  public static UserRegs with(UserRegs regs, long nanos, long timespec) {
    switch ((int) regs.get(UserRegs.ORIG_RAX)) {
      case SyscallNumbers.NANOSLEEP:
        return regs.with(UserRegs.RDI, timespec);
      case SyscallNumbers.CLOCK_NANOSLEEP:
        return regs.with(UserRegs.RDX, timespec);
      case SyscallNumbers.POLL:
        return regs.with(UserRegs.RDX, Math.min(Integer.MAX_VALUE, (nanos - 1) / MILLI + 1));
      case SyscallNumbers.FUTEX:
        return regs.with(UserRegs.R10, timespec);
      default:
        throw new IllegalArgumentException("call " + regs.get(UserRegs.ORIG_RAX));
    }
  }

  /** Whether a call of this number can have one. */
  public static boolean isOf(long number) {
    return number == SyscallNumbers.NANOSLEEP
        || number == SyscallNumbers.CLOCK_NANOSLEEP
        || number == SyscallNumbers.POLL
        || number == SyscallNumbers.FUTEX;
  }

  /** The {@code struct timespec} of a time. */
  public static byte[] timespec(long nanos) {
    NativeBuffer time = NativeBuffer.allocate(TIMESPEC_BYTES);
    time.putLong(0, nanos / SECOND);
    time.putLong(8, nanos % SECOND);
    return time.getBytes(0, TIMESPEC_BYTES);
  }

  /** The clocks that go on while a thread sleeps; others count the CPU time of somebody. */
  private static boolean isWallClock(long clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME;
  }

  /** The kernel has written what is left to where the caller wanted it, when he did. */
  private static Optional<RelativeTimeout> sleep(RemoteMemory memory, long wanted, long left)
      throws SyscallException {
    return Optional.of(read(memory, left == 0 ? wanted : left, left != 0));
  }

  private static RelativeTimeout read(RemoteMemory memory, long address, boolean isLeft)
      throws SyscallException {
    NativeBuffer time = NativeBuffer.of(memory.readForced(address, TIMESPEC_BYTES));
    long seconds = time.getLong(0);
    long most = Long.MAX_VALUE / SECOND - 1;
    return new RelativeTimeout(Math.min(seconds, most) * SECOND + time.getLong(8), isLeft);
  }
}
