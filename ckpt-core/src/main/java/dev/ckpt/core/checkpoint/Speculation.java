package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.format.record.TaskThread;
import java.util.ArrayList;
import java.util.List;

/** What the processor may speculate about while a thread runs (PR_GET_SPECULATION_CTRL). */
final class Speculation {
  private static final int PR_GET_SPECULATION_CTRL = 52;
  private static final int PR_SPEC_PRCTL = 1;

  /** All that is asked of a thread. */
  static final List<RemoteCall> QUESTIONS =
      List.of(
          RemoteCall.question(
              "prctl(PR_GET_SPECULATION_CTRL)", SyscallNumbers.PRCTL, PR_GET_SPECULATION_CTRL));

  private Speculation() {}

  /** Asks the thread that makes the calls about each kind. */
  static List<Batch.Result> ask(Batch batch) {
    List<Batch.Result> answers = new ArrayList<>();
    for (int which = 0; which < TaskThread.NR_SPECULATIONS; which++) {
      answers.add(
          batch.tryCall("prctl", SyscallNumbers.PRCTL, PR_GET_SPECULATION_CTRL, which, 0, 0, 0));
    }
    return answers;
  }

  /** As the record has it; what the machine decides for all threads is no state of this one. */
  static int of(Batch batch, List<Batch.Result> answers) {
    int all = 0;
    for (int which = 0; which < answers.size(); which++) {
      long mode = batch.result(answers.get(which));
      if (mode > 0 && (mode & PR_SPEC_PRCTL) != 0) {
        all |= (int) (mode & ~PR_SPEC_PRCTL) << which * TaskThread.SPECULATION_BITS;
      }
    }
    return all;
  }
}
