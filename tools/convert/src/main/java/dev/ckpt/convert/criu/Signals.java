package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.Sigactions;
import dev.ckpt.format.record.Sigactions.Sigaction;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.TaskThread;
import java.util.ArrayList;
import java.util.List;

/** What signals do, and which of them wait. */
final class Signals {
  private static final int SIGKILL = 9;
  private static final int SIGSTOP = 19;
  private static final Sigaction DEFAULT = new Sigaction(0, 0, 0, 0);

  /** CRIU has no entries for the two that nobody can catch. */
  static final int NR_ACTIONS = Sigactions.NSIG - 2;

  private Signals() {}

  static List<Criu.Sigaction> toCriu(Sigactions sigactions) {
    List<Criu.Sigaction> all = new ArrayList<>(NR_ACTIONS);
    for (int signal = 1; signal <= Sigactions.NSIG; signal++) {
      if (signal != SIGKILL && signal != SIGSTOP) {
        Sigaction action = sigactions.actions().get(signal - 1);
        all.add(
            Criu.Sigaction.newBuilder()
                .setSigaction(action.handler())
                .setFlags(action.flags())
                .setRestorer(action.restorer())
                .setMask(action.mask())
                .setCompatSigaction(false)
                .build());
      }
    }
    return all;
  }

  /**
   * The actions of all signals.
   *
   * @param actions {@link #NR_ACTIONS} of them
   */
  static Sigactions toCkpt(List<Criu.Sigaction> actions) {
    List<Sigaction> all = new ArrayList<>(Sigactions.NSIG);
    int next = 0;
    for (int signal = 1; signal <= Sigactions.NSIG; signal++) {
      if (signal == SIGKILL || signal == SIGSTOP) {
        all.add(DEFAULT);
      } else {
        Criu.Sigaction action = actions.get(next++);
        all.add(
            new Sigaction(
                action.getSigaction(), action.getFlags(), action.getRestorer(), action.getMask()));
      }
    }
    return new Sigactions(all);
  }

  /**
   * The signals that wait in one queue.
   *
   * @param tid of the thread; 0: of the task
   */
  static Criu.SignalQueue queue(int tid, List<Sigpending> pending) {
    Criu.SignalQueue.Builder queue = Criu.SignalQueue.newBuilder();
    pending.stream()
        .filter(each -> each.tid() == tid)
        .flatMap(each -> each.siginfos().stream())
        .forEach(
            siginfo ->
                queue.addSignals(Criu.Siginfo.newBuilder().setSiginfo(Protos.bytes(siginfo))));
    return queue.build();
  }

  static Sigpending toCkpt(int tid, Criu.SignalQueue queue) {
    return new Sigpending(
        tid, queue.getSignalsList().stream().map(s -> Protos.bytes(s.getSiginfo())).toList());
  }

  static Criu.Sas altstack(TaskThread thread) {
    return Criu.Sas.newBuilder()
        .setSsSp(thread.altstackSp())
        .setSsSize(thread.altstackSize())
        .setSsFlags(thread.altstackFlags())
        .build();
  }
}
