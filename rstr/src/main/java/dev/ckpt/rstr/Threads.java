package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.Stop;
import dev.ckpt.core.tracee.TaskId;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.TaskThread;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rebuilds the threads: makes them with their old numbers and gives each what it had. */
final class Threads {
  private static final int CLONE_THREAD_FLAGS =
      0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000; // VM FS FILES SIGHAND THREAD SYSVSEM
  private static final int PR_SET_PDEATHSIG = 1;
  private static final int PR_SET_NAME = 15;
  private static final int SS_ONSTACK = 1;
  private static final int STACK_T_BYTES = 24;
  private static final int COMM_BYTES = 16;

  private final RstrContext context;
  private final Map<Integer, Tracee> threads = new LinkedHashMap<>();

  Threads(RstrContext context) throws CkptException {
    this.context = context;
    threads.put(context.state().task().pid(), context.leader());
  }

  /** Makes all threads but the leader, each stopped before its first instruction. */
  void create(BatchRunner run) throws CkptException {
    for (TaskThread thread : context.state().all(TaskThread.class)) {
      create(run, thread.tid());
    }
  }

  /** Makes one, unless it is there. */
  void create(BatchRunner run, int tid) throws CkptException {
    if (threads.containsKey(tid)) {
      return;
    }
    Clone3.add(run.room(1, Clone3.DATA_BYTES), CLONE_THREAD_FLAGS, 0, tid);
    try {
      run.flush();
    } catch (SyscallException e) {
      throw Restore.birthFailed(e, tid);
    }
    TaskId born = new TaskId(run.lastChild(), tid);
    Tracee tracee = Tracee.attached(context.tracer(), context.leader().process(), born);
    awaitBirth(tracee);
    threads.put(tid, tracee);
    context.ids().add(tid, born);
  }

  /** Waits for the stop that an automatically attached thread makes at its birth. */
  static void awaitBirth(Tracee tracee) throws CkptException {
    tracee.expectStop(Stop.Kind.INTERRUPTED, "clone3");
  }

  /** The one of a number. */
  Tracee get(int tid) throws CorruptImageException {
    Tracee tracee = threads.get(tid);
    if (tracee == null) {
      throw new CorruptImageException(0, "tid " + tid, "one of the image's threads", "none");
    }
    return tracee;
  }

  /** Gives every thread what it can only set for itself. */
  void restoreOwn() throws CkptException {
    for (TaskThread thread : context.state().all(TaskThread.class)) {
      if (thread.tid() != context.state().task().pid()) {
        Tracee tracee = threads.get(thread.tid());
        try (RemoteSyscalls calls = context.callsOf(tracee)) {
          BatchRunner run = new BatchRunner(calls);
          restoreOwn(run, thread);
        }
      }
    }
  }

  /** The same for one thread, the leader included. */
  void restoreOwn(BatchRunner run, TaskThread thread) throws CkptException {
    int tid = thread.tid();
    Sched sched = context.state().ofThread(tid, Sched.class, Sched::tid);
    Cred cred = context.state().ofThread(tid, Cred.class, Cred::tid);
    Batch batch = run.room(5, STACK_T_BYTES + COMM_BYTES + 16);
    Batch.Data stack = batch.space(STACK_T_BYTES);
    batch.putLong(stack, 0, thread.altstackSp());
    batch.putInt(stack, 8, thread.altstackFlags() & ~SS_ONSTACK);
    batch.putLong(stack, 16, thread.altstackSize());
    batch.call("sigaltstack", SyscallNumbers.SIGALTSTACK, stack, 0);
    batch.call(
        "prctl(PR_SET_NAME)",
        SyscallNumbers.PRCTL,
        PR_SET_NAME,
        batch.string(thread.comm().toByteArray()));
    batch.call("set_tid_address", SyscallNumbers.SET_TID_ADDRESS, thread.tidAddress());
    if (thread.robustListHead() != 0) {
      batch.call(
          "set_robust_list",
          SyscallNumbers.SET_ROBUST_LIST,
          thread.robustListHead(),
          thread.robustListLen());
    }
    if (thread.rseqPtr() != 0) {
      batch.call(
          "rseq",
          SyscallNumbers.RSEQ,
          thread.rseqPtr(),
          thread.rseqLen(),
          0,
          thread.rseqSignature());
    }
    SignalState.restorePending(context, run, tid);
    Scheduling.restoreOwn(run, sched);
    Mempolicies.restoreOwn(context, run, tid);
    ThreadFlags.restore(run, thread);
    Speculation.restoreOwn(context, run, thread);
    Creds.restore(context, run, cred);
    if (thread.pdeathSignal() != 0) {
      // A change of credentials has just cleared it.
      run.call(
          "prctl(PR_SET_PDEATHSIG)", SyscallNumbers.PRCTL, PR_SET_PDEATHSIG, thread.pdeathSignal());
      run.flush();
    }
  }

  /** Sets the registers and masks that the threads go on with. */
  void setRegisters(RestartBlocks blocks) throws CkptException {
    for (CpuX86_64 cpu : context.state().all(CpuX86_64.class)) {
      Tracee tracee = get(cpu.tid());
      tracee.setXstate(cpu.xsave().toByteArray());
      tracee.setRegs(blocks.regsOf(cpu));
    }
    for (TaskThread thread : context.state().all(TaskThread.class)) {
      threads.get(thread.tid()).setSigmask(thread.sigmask());
    }
  }

  /** From here on the task survives us; then it runs. */
  void letGo() throws CkptException {
    for (Tracee tracee : threads.values()) {
      tracee.setOptions(0);
    }
    for (Tracee tracee : threads.values()) {
      tracee.detach(0);
    }
  }

  /**
   * A signal that waits nowhere in the image and that no timer sends; threads stop for us by it.
   */
  static int freeSignal(long taken) {
    for (int signal = Signals.SIGURG; signal < Signals.NSIG; signal++) {
      if ((taken & Signals.bit(signal)) == 0) {
        return signal;
      }
    }
    return Signals.SIGUSR1;
  }
}
