package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Scheduler;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.CpuList;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.Sched;
import java.util.Arrays;
import java.util.List;

/**
 * Rebuilds how each thread is scheduled. Nearly all of it is set from outside and late: the task is
 * built with our own priority, and joining a control group changes the CPUs.
 */
final class Scheduling {
  private static final int PR_SET_TIMERSLACK = 29;
  private static final int CPU_MASK_BYTES = 1024;

  private final RstrContext context;
  private final Sched sched;
  private final int tid;

  private Scheduling(RstrContext context, Sched sched) throws CkptException {
    this.context = context;
    this.sched = sched;
    this.tid = context.ids().ours(sched.tid());
  }

  /** Sets what a thread can only set for itself. */
  static void restoreOwn(BatchRunner run, Sched sched) throws CkptException {
    // Real-time threads have none (0, since Linux 6.13), and 0 would ask for the usual.
    if (sched.timerSlackNanos() != 0) {
      run.call(
          "prctl(PR_SET_TIMERSLACK)",
          SyscallNumbers.PRCTL,
          PR_SET_TIMERSLACK,
          sched.timerSlackNanos());
    }
  }

  /** Sets the rest, of all threads. */
  static void restore(RstrContext context) throws CkptException {
    for (Sched sched : context.state().all(Sched.class)) {
      Scheduling thread = new Scheduling(context, sched);
      try {
        thread.restoreCpus();
        thread.restorePolicy();
        thread.restoreIoprio();
      } catch (SyscallException e) {
        throw denied(sched.tid(), e);
      }
    }
  }

  private static CkptException denied(int tid, SyscallException e) {
    // EBUSY: SCHED_DEADLINE would promise more time than there is.
    if (e.errno() != Errno.EPERM && e.errno() != Errno.EBUSY) {
      return e;
    }
    return new UnsupportedStateException(
        List.of(
            new Refusal(
                RefusalCode.NO_RIGHT_TO_SCHED,
                "thread " + tid + " cannot be scheduled as it was (" + e.getMessage() + ")",
                "run ckpt with CAP_SYS_NICE, or with the nice value and I/O priority it had")));
  }

  private void restoreCpus() throws CkptException {
    int pid = context.leader().pid();
    CpuList now = CpuList.allowed(ProcFs.of(pid).status(tid));
    if (sched.cpusAllowed().isEmpty()) {
      if (!now.unbound(pid)) {
        byte[] all = new byte[CPU_MASK_BYTES];
        Arrays.fill(all, (byte) -1);
        Scheduler.setAffinity(tid, all);
      }
      return;
    }
    CpuList wanted = CpuList.ofMask(sched.cpusAllowed().toByteArray());
    if (now.equals(wanted)) {
      return;
    }
    try {
      Scheduler.setAffinity(tid, wanted.toMask());
    } catch (SyscallException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.AFFINITY,
                  "thread "
                      + sched.tid()
                      + " may run on CPUs "
                      + wanted
                      + " only, and none is here",
                  "restore it where it may use one of them")));
    }
    CpuList got = CpuList.allowed(ProcFs.of(pid).status(tid));
    if (!got.equals(wanted)) {
      context.notes().add("affinity: thread " + sched.tid() + " has CPUs " + got + " of " + wanted);
    }
  }

  private void restorePolicy() throws CkptException {
    Scheduler.Attr wanted = wanted();
    Scheduler.Attr now = Scheduler.attr(tid).withoutUsualSlice();
    if (now.equals(wanted) && ProcFs.of(context.leader().pid()).stat(tid).nice() == sched.nice()) {
      return;
    }
    if (!wanted.setsNice()) {
      // Kept for the day when it becomes an ordinary thread again.
      Scheduler.setAttr(tid, wanted.ordinary(sched.nice()).withFlags(now.flags()));
    }
    boolean clamped = now.utilMin() != wanted.utilMin() || now.utilMax() != wanted.utilMax();
    Scheduler.setAttr(
        tid, clamped ? wanted.withFlags(wanted.flags() | Scheduler.SCHED_FLAG_UTIL_CLAMP) : wanted);
  }

  private Scheduler.Attr wanted() {
    boolean realTime = sched.policy() == Scheduler.SCHED_DEADLINE || sched.rtPriority() > 0;
    return new Scheduler.Attr(
        sched.policy(),
        sched.schedFlags(),
        realTime ? 0 : sched.nice(),
        sched.rtPriority(),
        sched.runtimeNanos(),
        sched.deadlineNanos(),
        sched.periodNanos(),
        sched.utilMin(),
        sched.utilMax());
  }

  private void restoreIoprio() throws CkptException {
    // Without a class the rest says nothing, and older kernels do not take it back.
    boolean none = sched.ioprio() >>> Scheduler.IOPRIO_CLASS_SHIFT == 0;
    int wanted = none ? 0 : sched.ioprio();
    int now = Scheduler.ioprio(tid);
    if (now != sched.ioprio() && now != wanted) {
      Scheduler.setIoprio(tid, wanted);
    }
  }
}
