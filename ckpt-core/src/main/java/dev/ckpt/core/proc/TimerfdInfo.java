package dev.ckpt.core.proc;

/**
 * What {@code /proc/PID/fdinfo/N} adds for a timerfd.
 *
 * <p>Source: timerfd_show in fs/timerfd.c.
 *
 * @param ticks expirations that were not read; of an interval timer only the first, until somebody
 *     reads it or asks for its time
 * @param settimeFlags what timerfd_settime was given: TFD_TIMER_ABSTIME 1, TFD_TIMER_CANCEL_ON_SET
 *     2
 * @param leftNanos until it expires next, also of an absolute timer; 0 when it is disarmed, has
 *     expired, or is just about to
 * @param intervalNanos 0 for a timer that expires once
 */
public record TimerfdInfo(
    int clockId, long ticks, int settimeFlags, long leftNanos, long intervalNanos) {
  private static final long NANOS = 1_000_000_000L;

  /** Takes it from the lines of the file. */
  public static TimerfdInfo of(FdInfo info) throws ProcFormatException {
    TextCursor clock = info.line("clockid: ");
    final int clockId = clock.count();
    clock.expectEnd();
    TextCursor ticks = info.line("ticks: ");
    final long count = ticks.decimal();
    ticks.expectEnd();
    TextCursor flags = info.line("settime flags: 0");
    final int settimeFlags = flags.octalInt();
    flags.expectEnd();
    return new TimerfdInfo(
        clockId,
        count,
        settimeFlags,
        nanos(info.line("it_value: (")),
        nanos(info.line("it_interval: (")));
  }

  private static long nanos(TextCursor in) throws ProcFormatException {
    long seconds = in.decimal();
    in.expect(", ");
    long nanos = in.decimal();
    in.expect(')');
    in.expectEnd();
    // The kernel keeps times in 63 bits of nanoseconds.
    if (seconds < 0 || seconds > Long.MAX_VALUE / NANOS || nanos < 0 || nanos >= NANOS) {
      throw in.bad("want a time of 63 bits");
    }
    return seconds == Long.MAX_VALUE / NANOS ? Long.MAX_VALUE : seconds * NANOS + nanos;
  }
}
