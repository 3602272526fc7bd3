package dev.ckpt.rstr;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;

/** clone3(2) with a chosen pid, as a call of a batch. Source: {@code linux/sched.h} clone_args. */
final class Clone3 {
  static final long CLONE_PARENT = 0x8000;

  /** How much batch data one call needs. */
  static final int DATA_BYTES = 104;

  private static final int ARGS_BYTES = 88;
  private static final int EXIT_SIGNAL = 32;
  private static final int SET_TID = 64;
  private static final int SET_TID_SIZE = 72;

  private Clone3() {}

  /** The kernel chooses, and whoever calls needs no right to. */
  static final int ANY_TID = 0;

  /** Adds the call; its result is the new pid or tid. */
  static Batch.Result add(Batch batch, long flags, int exitSignal, int tid) {
    Batch.Data args = batch.space(ARGS_BYTES);
    batch.putLong(args, 0, flags);
    batch.putLong(args, EXIT_SIGNAL, exitSignal);
    if (tid == ANY_TID) {
      return batch.call("clone3", SyscallNumbers.CLONE3, args, ARGS_BYTES);
    }
    Batch.Data setTid = batch.space(Long.BYTES);
    batch.putInt(setTid, 0, tid);
    batch.putLong(args, SET_TID, setTid.address());
    batch.putLong(args, SET_TID_SIZE, 1);
    return batch.call("clone3(set_tid=" + tid + ")", SyscallNumbers.CLONE3, args, ARGS_BYTES);
  }
}
