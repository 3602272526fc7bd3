package dev.ckpt.core.checkpoint;

import dev.ckpt.core.checkpoint.file.Files;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.proc.ProcAccessException;
import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.core.proc.ProcReadException;
import dev.ckpt.core.tracee.CodeSite;
import dev.ckpt.core.tracee.Deadline;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Foretells what a dump would refuse: looks at the running task by the same surveys as a dump at
 * the frozen one. What can be seen of a stopped task alone docs/state.md lists.
 *
 * <p>A task that runs changes while it is looked at. So a look that met something that was gone is
 * taken again, and only what two looks have seen counts.
 */
final class Obstacles {
  private static final int TRIES = 50;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  /** One way of looking. */
  @FunctionalInterface
  interface Look {
    void at(Refusals refusals) throws CkptException;
  }

  private Obstacles() {}

  /** Everything that stands in the way of a dump now. */
  static List<Refusal> of(int pid) throws CkptException {
    List<Refusal> seen = look(pid);
    if (seen.isEmpty()) {
      return seen;
    }
    Deadline pause = Deadline.in(BETWEEN_LOOKS);
    while (!pause.passed()) {
      pause.pause();
    }
    Set<Code> before = new HashSet<>();
    seen.forEach(refusal -> before.add(refusal.code()));
    return look(pid).stream().filter(refusal -> before.contains(refusal.code())).toList();
  }

  private static List<Refusal> look(int pid) throws CkptException {
    for (int i = 1; ; i++) {
      try {
        return guarded(pid, refusals -> everything(pid, refusals)).list();
      } catch (TargetGoneException | SyscallException e) {
        if (i == TRIES || !Signals.exists(pid)) {
          throw e;
        }
      }
    }
  }

  private static void everything(int pid, Refusals refusals) throws CkptException {
    Tracees tracees = Tracees.look(pid);
    Survey.state(pid, refusals);
    tracees.refuse(refusals);
    if (refusals.list().stream()
        .anyMatch(refusal -> refusal.code() == RefusalCode.TASK_DEAD_LEADER)) {
      // Nothing of it can be seen.
      return;
    }
    try (SurveyContext target = new SurveyContext(CheckpointOptions.of(pid), refusals);
        MmCheckpoint mm = MmCheckpoint.provider().create();
        RemoteMemory memory = RemoteMemory.open(pid, TouchHook.NONE)) {
      CodeSite.find(pid, Checkpoint.vdso(pid), memory);
      Files.foretell(target);
      mm.survey(target);
    } catch (UnsupportedStateException e) {
      e.refusals().forEach(refusals::add);
    }
  }

  /** Looks at a task that makes sense, and says what it means when that is not possible. */
  static Refusals guarded(int pid, Look look) throws CkptException {
    Refusals refusals = new Refusals(pid);
    try {
      Survey.identity(pid, refusals);
      if (refusals.list().isEmpty()) {
        look.at(refusals);
      }
    } catch (ProcMissingException | ProcReadException e) {
      // Half of /proc/PID is empty while a task executes another program or exits.
      TargetGoneException gone = new TargetGoneException(pid, "look at it");
      gone.addSuppressed(e);
      throw gone;
    } catch (ProcAccessException e) {
      refuseAccess(refusals, e);
    } catch (SyscallException e) {
      if (e.errno() != Errno.EPERM && e.errno() != Errno.EACCES) {
        throw e;
      }
      refuseAccess(refusals, e);
    }
    return refusals;
  }

  /** Whom to run as; a root to whom it is denied is told what it can be. */
  static String rights() {
    return Tasks.effectiveUser() == 0
        ? "we are root, so a container, a security module or kernel.yama.ptrace_scope forbids it"
        : "run ckpt as its owner or as root";
  }

  private static void refuseAccess(Refusals refusals, CkptException e) {
    refusals.add(
        RefusalCode.PTRACE_DENIED, "is not ours to look at (" + e.getMessage() + ")", rights());
  }
}
