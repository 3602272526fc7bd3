package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.proc.ProcAccessException;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.core.proc.ProcReadException;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Refuses a task that traces others, as a debugger does: they would be let go, and the restored
 * debugger would have nothing in its hands. Only the tracees tell, each thread of the machine for
 * itself. Children are refused as such, and not once more here.
 */
final class Tracees {
  /** Of a task that is known to trace none. */
  static final Tracees NONE = new Tracees(CompletableFuture.completedFuture(Set.of()));

  private final Future<Set<Integer>> look;

  private Tracees(Future<Set<Integer>> look) {
    this.look = look;
  }

  /**
   * Begins to look at every thread of the machine, of which there may be thousands, on a thread of
   * its own: meanwhile there is enough else to look at.
   */
  static Tracees look(int pid) {
    return new Tracees(SideThread.once("tracees-" + pid, () -> of(pid)));
  }

  /** Waits until all were looked at. */
  void refuse(Refusals refusals) throws CkptException {
    for (int tracee : Outcome.of(look, "its tracees cannot be looked for")) {
      refusals.add(RefusalCode.TASK_TRACES, "traces process " + tracee, "have it let go first");
    }
  }

  private static Set<Integer> of(int pid) throws CkptException {
    Set<Integer> tracers = new HashSet<>(ProcFs.of(pid).tasks());
    Set<Integer> tracees = new TreeSet<>();
    for (int other : ProcFs.pids()) {
      if (other != pid && isTracedBy(tracers, pid, ProcFs.of(other))) {
        tracees.add(other);
      }
    }
    return tracees;
  }

  private static boolean isTracedBy(Set<Integer> tracers, int pid, ProcFs other)
      throws CkptException {
    try {
      for (int tid : other.tasks()) {
        if (tracers.contains(other.tracerPid(tid))) {
          return other.stat().ppid() != pid;
        }
      }
      return false;
    } catch (TargetGoneException
        | ProcAccessException
        | ProcMissingException
        | ProcReadException e) {
      // Ended meanwhile, or not ours to look at.
      return false;
    }
  }
}
