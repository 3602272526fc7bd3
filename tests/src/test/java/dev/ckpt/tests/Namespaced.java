package dev.ckpt.tests;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Processes in pid namespaces that we have made, by their numbers outside and inside. */
final class Namespaced {
  private static final int INIT = 1;

  private Namespaced() {}

  /** Children of ours, by birth or as orphans. */
  static List<Integer> children() throws IOException {
    List<Integer> children = new ArrayList<>();
    for (int pid : ProcFs.pids()) {
      try {
        if (ProcFs.of(pid).stat().ppid() == Tasks.self()) {
          children.add(pid);
        }
      } catch (TargetGoneException | ProcMissingException e) {
        // It ended while we looked.
        continue;
      }
    }
    return children;
  }

  /** Those of them that know themselves by a number and have not ended. */
  static List<Integer> known(int ownPid) throws IOException {
    List<Integer> known = new ArrayList<>();
    for (int pid : children()) {
      try {
        List<Integer> numbers = ProcFs.of(pid).status().nsPid();
        if (numbers.size() > 1
            && numbers.get(numbers.size() - 1) == ownPid
            && !ProcFs.of(pid).stat().state().ended()) {
          known.add(pid);
        }
      } catch (TargetGoneException | ProcMissingException e) {
        // The same.
        continue;
      }
    }
    return known;
  }

  /** The inits. */
  static List<Integer> inits() throws IOException {
    return known(INIT);
  }

  /** Waits until none but these is a child of ours, waiting for those that end. */
  static void awaitNone(Set<Integer> but) throws IOException {
    Await.until(
        "the end of all that was restored",
        () -> {
          Sessions.reapOrphans(but);
          return but.containsAll(children());
        },
        () -> "there are others than " + but);
  }

  /** Waits for the end of a child; its exit status, or 128 and the signal. */
  static int awaitExit(int pid) throws IOException {
    Ptrace.WaitResult[] result = new Ptrace.WaitResult[1];
    Await.until(
        "the end of " + pid,
        () -> {
          result[0] = Ptrace.waitFor(pid, Ptrace.WNOHANG);
          return result[0].pid() != 0;
        },
        () -> "it runs");
    if (result[0].pid() != pid) {
      throw new AssertionError(pid + " is no child of ours");
    }
    int signal = result[0].status() & 0x7f;
    return signal == 0 ? result[0].status() >> 8 & 0xff : 128 + signal;
  }
}
