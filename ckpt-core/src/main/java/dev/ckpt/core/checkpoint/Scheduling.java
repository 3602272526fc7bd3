package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.Scheduler;
import dev.ckpt.core.proc.CpuList;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Sched;

/** How a thread is scheduled: policy, nice value, CPUs, I/O priority, timer slack. */
final class Scheduling {
  private Scheduling() {}

  /** Refuses a policy that came after those of the record. */
  static void survey(int tid, String name, Refusals refusals) throws CkptException {
    Scheduler.Attr attr = Scheduler.attr(tid);
    refusals.addIf(
        !attr.fair()
            && attr.policy() != Scheduler.SCHED_FIFO
            && attr.policy() != Scheduler.SCHED_RR
            && attr.policy() != Scheduler.SCHED_DEADLINE,
        RefusalCode.SCHED_POLICY,
        name + "has scheduling policy " + attr.policy(),
        "set it to SCHED_OTHER (chrt)");
  }

  /** Adds the record. */
  static void save(CkptContext context, int tid, RemoteQueries.ThreadAnswers told)
      throws CkptException {
    Scheduler.Attr attr = Scheduler.attr(tid).withoutUsualSlice();
    ProcFs proc = context.proc();
    CpuList cpus = CpuList.allowed(proc.status(tid));
    context.add(
        new Sched(
            tid,
            attr.policy(),
            proc.stat(tid).nice(),
            attr.priority(),
            attr.flags(),
            attr.runtimeNanos(),
            attr.deadlineNanos(),
            attr.periodNanos(),
            attr.utilMin(),
            attr.utilMax(),
            Scheduler.ioprio(tid),
            told.timerSlackNanos(),
            cpus.unbound(context.pid()) ? ByteString.of("") : ByteString.of(cpus.toMask())));
  }
}
