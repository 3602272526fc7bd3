package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.Signals;
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

  /**
   * The job-control signal by which the task is stopped; 0 if it runs.
   *
   * @param found the one that had stopped it when it was frozen
   * @param shared signals that wait for the process. SIGCONT among them came later: it has
   *     continued the task already and waits only for its handler. SIGSTOP is about to stop it.
   * @param ofThreads those that wait for single threads
   */
  static int stopSignal(int found, List<byte[]> shared, List<byte[]> ofThreads) {
    if (waits(Signals.SIGCONT, shared) || waits(Signals.SIGCONT, ofThreads)) {
      return 0;
    }
    boolean stops = waits(Signals.SIGSTOP, shared) || waits(Signals.SIGSTOP, ofThreads);
    return found == 0 && stops ? Signals.SIGSTOP : found;
  }

  private static boolean waits(int signal, List<byte[]> waiting) {
    return waiting.stream().anyMatch(info -> number(info) == signal);
  }

  /** si_signo, the first int of a siginfo. */
  private static int number(byte[] info) {
    return info[0];
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
    List<ByteString> infos = new ArrayList<>();
    for (byte[] info : pending) {
      // NB: nobody can block SIGSTOP while the task is rebuilt; it is the stop itself.
      if (number(info) != Signals.SIGSTOP) {
        infos.add(ByteString.of(info));
      }
    }
    if (!infos.isEmpty()) {
      context.add(new Sigpending(tid, infos));
    }
  }
}
