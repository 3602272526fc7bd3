package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.proc.ProcAccessException;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.core.proc.ProcReadException;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import java.util.HashSet;
import java.util.Set;

/**
 * Refuses a task that traces others, as a debugger does: they would be let go, and the restored
 * debugger would have nothing in its hands. Only the tracees tell, each thread of the machine for
 * itself. Children are refused as such, and not once more here.
 */
final class Tracees {
  private Tracees() {}

  /** Looks at every thread of the machine: too long for a task that is frozen. */
  static void refuse(int pid, Refusals refusals) throws CkptException {
    Set<Integer> tracers = new HashSet<>(ProcFs.of(pid).tasks());
    for (int other : ProcFs.pids()) {
      refusals.addIf(
          other != pid && isTracedBy(tracers, pid, ProcFs.of(other)),
          Code.TASK_TRACES,
          "traces process " + other,
          "have it let go first");
    }
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
