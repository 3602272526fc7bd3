package dev.ckpt.core.checkpoint;

import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Sigactions;
import dev.ckpt.format.record.Sigpending;
import java.util.ArrayList;
import java.util.List;

/** What the task does with signals, and those that wait for it as a whole. */
final class SignalState {
  private SignalState() {}

  /** Signals that wait for the process; read before any code of ours runs in it. */
  static List<byte[]> pending(CkptContext context) throws CkptException {
    return context.frozen().leader().pendingSignals(true);
  }

  /** Adds the records. */
  static void save(CkptContext context, RemoteQueries answers, List<byte[]> pending) {
    List<Sigactions.Sigaction> actions = new ArrayList<>();
    long[] words = answers.process().sigactions();
    for (int i = 0; i < words.length; i += RemoteQueries.SIGACTION_WORDS) {
      actions.add(new Sigactions.Sigaction(words[i], words[i + 1], words[i + 2], words[i + 3]));
    }
    context.add(new Sigactions(actions));
    savePending(context, 0, pending);
  }

  /**
   * Adds waiting signals, in their order.
   *
   * @param tid the thread they wait for, 0 for the process
   */
  static void savePending(CkptContext context, int tid, List<byte[]> pending) {
    if (!pending.isEmpty()) {
      List<ByteString> infos = new ArrayList<>();
      pending.forEach(info -> infos.add(ByteString.of(info)));
      context.add(new Sigpending(tid, infos));
    }
  }
}
