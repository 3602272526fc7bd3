package dev.ckpt.core.tracee;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;

/**
 * What we do ourselves while a batch pauses, once. A failure waits until the batch is over, for the
 * calls behind the pause take back what those before it set.
 */
final class Paused {
  private final long entry;
  private final RemoteSyscalls.Pause pause;
  private boolean done;
  private CkptException failure;
  private RuntimeException fault;

  /**
   * For one batch.
   *
   * @param entry address of the table entry that pauses; 0 for none
   */
  Paused(long entry, RemoteSyscalls.Pause pause) {
    this.entry = entry;
    this.pause = pause;
    this.done = entry == 0;
  }

  /**
   * Does it when the thread stands there.
   *
   * @param code where the loop begins
   */
  void runIfAt(UserRegs regs, long code) {
    boolean there = regs.ip() == code + LoopCode.calledOffset() && regs.get(UserRegs.RBX) == entry;
    if (done || !there) {
      return;
    }
    done = true;
    try {
      pause.run();
    } catch (CkptException e) {
      failure = e;
    } catch (RuntimeException e) {
      fault = e;
    }
  }

  /** Throws what failed in it. */
  void check() throws CkptException {
    if (failure != null) {
      throw failure;
    }
    if (fault != null) {
      throw fault;
    }
    if (!done) {
      throw new SyscallException("", "pause", "a batch that did not stop in between", Errno.EAGAIN);
    }
  }
}
