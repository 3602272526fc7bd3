package dev.ckpt.rstr;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Itimers;

/** Rebuilds the three interval timers. */
final class Timers {
  private static final int ITIMERVAL_BYTES = 32;
  private static final long MICROS = 1_000_000;

  private Timers() {}

  /** Arms the timers that ran; the time until the next expiry counts from now. */
  static void restore(RstrContext context, BatchRunner run) throws CkptException {
    Itimers itimers = context.state().only(Itimers.class);
    for (int which = 0; which < Itimers.NR_ITIMERS; which++) {
      Itimers.Itimer timer = itimers.timers().get(which);
      if (timer.valueMicros() == 0 && timer.intervalMicros() == 0) {
        continue;
      }
      // An interval without a value: the timer has expired, its SIGALRM waits, and the kernel would
      // have armed it again at delivery. Given as it is, the value would switch the timer off.
      long valueMicros = timer.valueMicros() == 0 ? timer.intervalMicros() : timer.valueMicros();
      Batch batch = run.room(1, ITIMERVAL_BYTES);
      Batch.Data data = batch.space(ITIMERVAL_BYTES);
      batch.putLong(data, 0, timer.intervalMicros() / MICROS);
      batch.putLong(data, 8, timer.intervalMicros() % MICROS);
      batch.putLong(data, 16, valueMicros / MICROS);
      batch.putLong(data, 24, valueMicros % MICROS);
      batch.call("setitimer", SyscallNumbers.SETITIMER, which, data, 0);
    }
    run.flush();
  }
}
