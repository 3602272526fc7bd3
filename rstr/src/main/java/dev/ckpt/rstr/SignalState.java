package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Sigactions;
import dev.ckpt.format.record.Sigpending;
import java.util.List;

/** Rebuilds what the task does with signals, and the queues of those that wait. */
final class SignalState {
  private static final int SIGACTION_BYTES = 32;

  private SignalState() {}

  /** Sets every action. */
  static void restore(RstrContext context, BatchRunner run) throws CkptException {
    List<Sigactions.Sigaction> actions = context.state().only(Sigactions.class).actions();
    for (int signal = 1; signal <= Signals.NSIG; signal++) {
      if (signal == Signals.SIGKILL || signal == Signals.SIGSTOP) {
        continue;
      }
      Sigactions.Sigaction action = actions.get(signal - 1);
      Batch batch = run.room(1, SIGACTION_BYTES);
      Batch.Data data = batch.space(SIGACTION_BYTES);
      batch.putLong(data, 0, action.handler());
      batch.putLong(data, 8, action.flags());
      batch.putLong(data, 16, action.restorer());
      batch.putLong(data, 24, action.mask());
      batch.call("rt_sigaction", SyscallNumbers.RT_SIGACTION, signal, data, 0, Long.BYTES);
    }
    run.flush();
  }

  /**
   * Queues signals again, in their order. Only the thread itself may do so with the senders' names
   * in them; all signals are blocked meanwhile, so they wait.
   *
   * @param tid the thread; its leader queues those for the process too
   */
  static void restorePending(RstrContext context, BatchRunner run, int tid) throws CkptException {
    int pid = context.state().task().pid();
    int ownPid = context.ids().own(pid);
    int ownTid = context.ids().own(tid);
    for (Sigpending queue : context.state().all(Sigpending.class)) {
      boolean shared = queue.tid() == 0;
      if (shared ? tid != pid : queue.tid() != tid) {
        continue;
      }
      for (ByteString info : queue.siginfos()) {
        Batch batch = run.room(1, info.length());
        Batch.Data data = batch.data(info.toByteArray());
        int signal = info.byteAt(0);
        if (shared) {
          batch.call("rt_sigqueueinfo", SyscallNumbers.RT_SIGQUEUEINFO, ownPid, signal, data);
        } else {
          batch.call(
              "rt_tgsigqueueinfo", SyscallNumbers.RT_TGSIGQUEUEINFO, ownPid, ownTid, signal, data);
        }
      }
    }
  }

  /** Every signal that waits anywhere in the image. */
  static long pendingMask(ImageState state) {
    long mask = 0;
    for (Sigpending queue : state.all(Sigpending.class)) {
      for (ByteString info : queue.siginfos()) {
        mask |= Signals.bit(info.byteAt(0));
      }
    }
    return mask;
  }
}
