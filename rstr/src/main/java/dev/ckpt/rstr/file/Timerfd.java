package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Clocks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileTimerfd;
import dev.ckpt.rstr.Checks;
import java.util.Map;

/**
 * Makes timerfds and arms them. A relative timer goes on with the time that was left, an absolute
 * one expires when its clock says so, at once if that is past.
 */
final class Timerfd implements FileKind {
  private static final int CAP_WAKE_ALARM = 35;
  private static final long TFD_IOC_SET_TICKS = 0x40085400L;
  private static final int ITIMERSPEC_BYTES = 32;
  private static final int TIMESPEC_BYTES = 16;
  private static final long FIRST_MARGIN_NANOS = 1_000_000;

  @Override
  public void check(Checks checks) throws CkptException {
    boolean alarms =
        checks.state().shared(FileTimerfd.class).values().stream()
            .anyMatch(timer -> Clocks.isAlarm(timer.clockId()));
    if (alarms && !Checks.hasCapability(CAP_WAKE_ALARM)) {
      checks.refuse(
          RefusalCode.TIMERFD_ALARM,
          "the task has a timer that wakes the machine",
          "run as root or with CAP_WAKE_ALARM");
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileTimerfd> entry :
        files.state().shared(FileTimerfd.class).entrySet()) {
      FileTimerfd timer = entry.getValue();
      Batch batch = files.run().room(3, 0);
      Batch.Result fd =
          batch.call("timerfd_create", SyscallNumbers.TIMERFD_CREATE, timer.clockId(), 0);
      int number = files.moved(batch, fd);
      if (timer.ticks() != 0 && timer.valueNanos() != 0 && timer.intervalNanos() != 0) {
        armExpired(files, number, timer);
      } else {
        arm(files, number, timer, timer.valueNanos(), timer.ticks());
      }
      files.setFlags(number, timer.flags());
      files.opened(entry.getKey(), number);
    }
  }

  /**
   * An interval timer with ticks that were not read. NB: timerfd_settime(2) forgets ticks, so they
   * are set behind it; but a tick that comes in between would be lost. So the timer is set to
   * expire after a margin, with the ticks until then given in advance, until that was in time.
   */
  private static void armExpired(Files files, int number, FileTimerfd timer) throws CkptException {
    boolean absolute = (timer.settimeFlags() & FileTimerfd.ABSTIME) != 0;
    long interval = timer.intervalNanos();
    for (long margin = FIRST_MARGIN_NANOS; margin > 0; margin *= 2) {
      long now = Clocks.now(timer.clockId()) + files.context().clockAhead(timer.clockId());
      long left = absolute ? timer.valueNanos() - now : timer.valueNanos();
      long ahead = left >= margin ? 0 : (margin - left - 1) / interval + 1;
      long nextLeft = left + ahead * interval;
      long ticks = timer.ticks() + ahead;
      arm(files, number, timer, absolute ? now + nextLeft : nextLeft, ticks);
      Batch batch = files.run().room(1, TIMESPEC_BYTES);
      Batch.Data time = batch.space(TIMESPEC_BYTES);
      batch.call(
          "clock_gettime", SyscallNumbers.CLOCK_GETTIME, Clocks.readable(timer.clockId()), time);
      files.run().flush();
      long passed = batch.getLong(time, 0) * Clocks.NANOS + batch.getLong(time, 8) - now;
      // NB: a sum of times may be more than 63 bits have.
      if (passed < nextLeft) {
        return;
      }
    }
    throw new CorruptImageException(0, "FILE_TIMERFD", "a time within 63 bits", timer.toString());
  }

  private static void arm(Files files, int number, FileTimerfd timer, long value, long ticks)
      throws CkptException {
    Batch batch = files.run().room(2, ITIMERSPEC_BYTES + Long.BYTES);
    Batch.Data setting = batch.space(ITIMERSPEC_BYTES);
    batch.putLong(setting, 0, timer.intervalNanos() / Clocks.NANOS);
    batch.putLong(setting, 8, timer.intervalNanos() % Clocks.NANOS);
    batch.putLong(setting, 16, value / Clocks.NANOS);
    batch.putLong(setting, 24, value % Clocks.NANOS);
    batch.call(
        "timerfd_settime",
        SyscallNumbers.TIMERFD_SETTIME,
        number,
        timer.settimeFlags(),
        setting,
        0);
    if (ticks != 0) {
      Batch.Data count = batch.space(Long.BYTES);
      batch.putLong(count, 0, ticks);
      batch.call(
          "ioctl(TFD_IOC_SET_TICKS)", SyscallNumbers.IOCTL, number, TFD_IOC_SET_TICKS, count);
    }
  }
}
