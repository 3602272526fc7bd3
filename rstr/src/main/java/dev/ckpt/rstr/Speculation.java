package dev.ckpt.rstr;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.TaskThread;
import java.util.ArrayList;
import java.util.List;

/** What the processor may speculate about while a thread runs (PR_SET_SPECULATION_CTRL). */
final class Speculation {
  private static final int PR_GET_SPECULATION_CTRL = 52;
  private static final int PR_SET_SPECULATION_CTRL = 53;
  private static final int PR_SPEC_PRCTL = 1;

  private Speculation() {}

  /**
   * Sets all of it for the thread that makes the calls, and asks what came of it. What this machine
   * decides for all threads cannot be set, nor what ckpt was denied for good; a note tells.
   */
  static void restoreOwn(RstrContext context, BatchRunner run, TaskThread thread)
      throws CkptException {
    List<Batch.Result> answers = new ArrayList<>();
    Batch batch = run.room(2 * TaskThread.NR_SPECULATIONS, 0);
    for (int which = 0; which < TaskThread.NR_SPECULATIONS; which++) {
      int mode = thread.speculation(which);
      if (mode != 0) {
        batch.tryCall("prctl", SyscallNumbers.PRCTL, PR_SET_SPECULATION_CTRL, which, mode, 0, 0);
      }
      answers.add(
          batch.tryCall("prctl", SyscallNumbers.PRCTL, PR_GET_SPECULATION_CTRL, which, 0, 0, 0));
    }
    run.flush();
    for (int which = 0; which < TaskThread.NR_SPECULATIONS; which++) {
      int mode = thread.speculation(which);
      long now = batch.result(answers.get(which)) & ~PR_SPEC_PRCTL;
      if (mode != 0 && mode != now) {
        context
            .notes()
            .add("speculation: of thread " + thread.tid() + " kind " + which + " cannot be set");
      }
    }
  }
}
