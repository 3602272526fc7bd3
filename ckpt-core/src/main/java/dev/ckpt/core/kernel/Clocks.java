package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;

/** Clocks of {@code linux/time.h}, and the timers that are files. */
public final class Clocks {
  public static final int CLOCK_REALTIME = 0;
  public static final int CLOCK_MONOTONIC = 1;
  public static final int CLOCK_BOOTTIME = 7;
  public static final int CLOCK_REALTIME_ALARM = 8;
  public static final int CLOCK_BOOTTIME_ALARM = 9;

  /** Nanoseconds in a second. */
  public static final long NANOS = 1_000_000_000L;

  private static final int TIMESPEC_BYTES = 16;
  private static final int ITIMERSPEC_BYTES = 32;

  private Clocks() {}

  /** Whether timers on this clock wake a suspended machine. */
  public static boolean isAlarm(int clockId) {
    return clockId == CLOCK_REALTIME_ALARM || clockId == CLOCK_BOOTTIME_ALARM;
  }

  /** The clock that shows the same time and can be read on every machine. */
  public static int readable(int clockId) {
    if (isAlarm(clockId)) {
      return clockId == CLOCK_REALTIME_ALARM ? CLOCK_REALTIME : CLOCK_BOOTTIME;
    }
    return clockId;
  }

  /** What a clock shows now, in nanoseconds. */
  public static long now(int clockId) throws SyscallException {
    NativeBuffer time = NativeBuffer.allocate(TIMESPEC_BYTES);
    Call.check(
        LibC.syscall(Numbers.CLOCK_GETTIME, readable(clockId), time.address(), 0, 0, 0, 0),
        "",
        "clock_gettime",
        clockId);
    return time.getLong(0) * NANOS + time.getLong(8);
  }

  /**
   * timerfd_gettime(2): brings the count of expirations up to date, and starts an interval timer
   * anew that has waited for somebody to read it.
   */
  public static void touch(Fd timerfd) throws SyscallException {
    NativeBuffer left = NativeBuffer.allocate(ITIMERSPEC_BYTES);
    Call.check(
        LibC.syscall(Numbers.TIMERFD_GETTIME, timerfd.number(), left.address(), 0, 0, 0, 0),
        "",
        "timerfd_gettime",
        timerfd.number());
  }
}
