package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.PosixTimer;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The timers of timer_create(2). */
final class PosixTimers {
  private static final int ITIMERSPEC_BYTES = 32;
  private static final long NANOS = 1_000_000_000;

  /** Of a clock number below 0: the CPU clock of one thread, and not of a process. */
  private static final int CPUCLOCK_PERTHREAD = 4;

  private static final int CPUCLOCK_TID_SHIFT = 3;
  private static final int CLOCK_THREAD_CPUTIME_ID = 3;

  private PosixTimers() {}

  /**
   * Refuses timers of which the kernel does not tell whose time they measure, or whom they tell.
   */
  static void survey(ProcFs proc, Refusals refusals) throws CkptException {
    List<Integer> tids = proc.tasks();
    for (PosixTimer timer : proc.timers()) {
      String name = "timer " + timer.id() + " of timer_create ";
      int clock = timer.clockId();
      int owner = clock < 0 ? ~(clock >> CPUCLOCK_TID_SHIFT) : 0;
      boolean perThread =
          clock == CLOCK_THREAD_CPUTIME_ID || (clock < 0 && (clock & CPUCLOCK_PERTHREAD) != 0);
      refusals.addIf(
          perThread && owner == 0 && tids.size() > 1,
          RefusalCode.POSIX_TIMER,
          name + "runs by the CPU time of the thread that made it, which may be any",
          "delete it before the dump");
      refusals.addIf(
          owner != 0 && !tids.contains(owner),
          RefusalCode.POSIX_TIMER,
          name + "runs by the CPU time of task " + owner + ", which is none of its threads",
          "delete it before the dump");
      refusals.addIf(
          timer.toThread() && !tids.contains(timer.target()),
          RefusalCode.POSIX_TIMER,
          name + "signals thread " + timer.target() + ", which has ended",
          "delete it before the dump");
    }
  }

  /** All that is asked of the process. */
  static List<RemoteCall> questions(ProcFs proc) throws CkptException {
    return proc.timers().isEmpty()
        ? List.of()
        : List.of(
            RemoteCall.question("timer_gettime", SyscallNumbers.TIMER_GETTIME),
            RemoteCall.question("timer_getoverrun", SyscallNumbers.TIMER_GETOVERRUN));
  }

  /** Asks for the time that is left; in the order of the ids, in which they are made again. */
  static List<dev.ckpt.format.record.PosixTimer> ask(ProcFs proc, RemoteSyscalls calls)
      throws CkptException {
    List<PosixTimer> timers = new ArrayList<>(proc.timers());
    timers.sort(Comparator.comparingInt(PosixTimer::id));
    List<dev.ckpt.format.record.PosixTimer> records = new ArrayList<>();
    while (records.size() < timers.size()) {
      Batch batch = calls.batch();
      List<Batch.Data> times = new ArrayList<>();
      List<Batch.Result> overruns = new ArrayList<>();
      int first = records.size();
      for (int i = first; i < timers.size() && batch.hasRoom(2, ITIMERSPEC_BYTES); i++) {
        int id = timers.get(i).id();
        Batch.Data time = batch.space(ITIMERSPEC_BYTES);
        batch.call("timer_gettime", SyscallNumbers.TIMER_GETTIME, id, time);
        overruns.add(batch.call("timer_getoverrun", SyscallNumbers.TIMER_GETOVERRUN, id));
        times.add(time);
      }
      calls.run(batch);
      for (int i = 0; i < times.size(); i++) {
        records.add(
            of(timers.get(first + i), batch, times.get(i), (int) batch.result(overruns.get(i))));
      }
    }
    return records;
  }

  private static dev.ckpt.format.record.PosixTimer of(
      PosixTimer timer, Batch batch, Batch.Data time, int overrun) {
    int threadId = timer.toThread() ? dev.ckpt.format.record.PosixTimer.SIGEV_THREAD_ID : 0;
    return new dev.ckpt.format.record.PosixTimer(
        timer.id(),
        timer.clockId(),
        timer.sigevNotify().ordinal() | threadId,
        timer.signal(),
        timer.sigval(),
        timer.toThread() ? timer.target() : 0,
        overrun,
        // struct itimerspec: interval seconds and nanoseconds, value seconds and nanoseconds
        batch.getLong(time, 0) * NANOS + batch.getLong(time, 8),
        batch.getLong(time, 16) * NANOS + batch.getLong(time, 24));
  }

  /** Adds the records. */
  static void save(CkptContext context, RemoteQueries answers) {
    answers.posixTimers().forEach(context::add);
  }
}
