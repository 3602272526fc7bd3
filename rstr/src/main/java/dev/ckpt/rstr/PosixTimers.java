package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.PosixTimer;
import java.util.List;

/**
 * Rebuilds the timers of timer_create(2), with their ids.
 *
 * <p>The kernel counts ids up from 0, and never back. So ids between are used up by timers that are
 * deleted at once; where that would be many, the kernel is asked for the id itself (Linux 6.16).
 */
final class PosixTimers {
  private static final int PR_TIMER_CREATE_RESTORE_IDS = 77;
  private static final int SIGEVENT_BYTES = 64;
  private static final int ITIMERSPEC_BYTES = 32;
  private static final long NANOS = 1_000_000_000;

  /** So many ids are counted up to on any kernel. */
  private static final int FEW = 256;

  /** And so many on one that gives no chosen ids: some 50 ms. */
  private static final int MANY = 50_000;

  private final RstrContext context;
  private final BatchRunner run;
  private int nextId;

  private PosixTimers(RstrContext context, BatchRunner run) {
    this.context = context;
    this.run = run;
  }

  /** Makes the timers and arms those that ran; the time until the next expiry counts from now. */
  static void restore(RstrContext context, BatchRunner run) throws CkptException {
    PosixTimers timers = new PosixTimers(context, run);
    for (PosixTimer timer : context.state().all(PosixTimer.class)) {
      boolean counted = timer.id() - timers.nextId <= FEW;
      if (counted || !timers.chooseIds(1)) {
        timers.countTo(timer.id());
      }
      timers.create(timer);
      if (!counted) {
        timers.chooseIds(0);
      }
      timers.arm(timer);
      if (timer.overrun() != 0) {
        context.notes().add("timer " + timer.id() + ": its count of overruns starts over");
      }
    }
    run.flush();
  }

  /** Whether the kernel lets us choose ids, from now on or not any more. */
  private boolean chooseIds(int on) throws CkptException {
    if (NewerFeature.PR_TIMER_CREATE_RESTORE_IDS.isHidden()) {
      return false;
    }
    Batch batch = run.room(1, 0);
    Batch.Result result =
        batch.tryCall(
            "prctl(PR_TIMER_CREATE_RESTORE_IDS)",
            SyscallNumbers.PRCTL,
            PR_TIMER_CREATE_RESTORE_IDS,
            on,
            0,
            0,
            0);
    run.flush();
    return batch.result(result) == 0;
  }

  /** Uses up the ids before this one. */
  private void countTo(int id) throws CkptException {
    if (id - nextId > MANY) {
      throw refuse(id, "is too far to count to, and this kernel gives no chosen ids");
    }
    for (; nextId < id; nextId++) {
      Batch batch = run.room(2, Long.BYTES);
      Batch.Data made = batch.space(Long.BYTES);
      batch.call("timer_create", SyscallNumbers.TIMER_CREATE, 0, 0, made);
      batch.call("timer_delete", SyscallNumbers.TIMER_DELETE, made.word(0));
    }
  }

  private static UnsupportedStateException refuse(int id, String why) {
    return new UnsupportedStateException(
        List.of(
            new Refusal(
                RefusalCode.POSIX_TIMER,
                "id " + id + " of a timer of timer_create " + why,
                "restore it on a kernel as new as that of the dump")));
  }

  private void create(PosixTimer timer) throws CkptException {
    Batch batch = run.room(1, SIGEVENT_BYTES + Long.BYTES);
    Batch.Data event = batch.space(SIGEVENT_BYTES);
    batch.putLong(event, 0, timer.sigval());
    batch.putInt(event, 8, timer.signal());
    batch.putInt(event, 12, timer.sigevNotify());
    batch.putInt(event, 16, context.ids().own(timer.notifyTid()));
    Batch.Data made = batch.space(Long.BYTES);
    batch.putInt(made, 0, timer.id());
    batch.call("timer_create", SyscallNumbers.TIMER_CREATE, timer.clockId(), event, made);
    try {
      run.flush();
    } catch (SyscallException e) {
      // CLOCK_REALTIME_ALARM and its kin take CAP_WAKE_ALARM.
      throw e.errno() == Errno.EPERM ? refuse(timer.id(), "is not ours to make") : e;
    }
    if (batch.getInt(made, 0) != timer.id()) {
      throw refuse(timer.id(), "came out as " + batch.getInt(made, 0));
    }
    nextId = Math.max(nextId, timer.id() + 1);
  }

  private void arm(PosixTimer timer) throws CkptException {
    // As with setitimer(2): an interval without a value has expired, and its signal waits.
    long value = timer.valueNanos() == 0 ? timer.intervalNanos() : timer.valueNanos();
    if (value == 0) {
      return;
    }
    Batch batch = run.room(1, ITIMERSPEC_BYTES);
    Batch.Data time = batch.space(ITIMERSPEC_BYTES);
    batch.putLong(time, 0, timer.intervalNanos() / NANOS);
    batch.putLong(time, 8, timer.intervalNanos() % NANOS);
    batch.putLong(time, 16, value / NANOS);
    batch.putLong(time, 24, value % NANOS);
    batch.call("timer_settime", SyscallNumbers.TIMER_SETTIME, timer.id(), 0, time, 0);
  }

  /** Every signal that a timer may send while the task is built. */
  static long signalMask(ImageState state) {
    long mask = 0;
    for (PosixTimer timer : state.all(PosixTimer.class)) {
      if (timer.signal() >= 1 && timer.signal() <= Signals.NSIG) {
        mask |= Signals.bit(timer.signal());
      }
    }
    return mask;
  }
}
