package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Deadline;
import dev.ckpt.error.CkptException;
import java.time.Duration;
import java.util.List;

/**
 * A process that was begun and will not be finished.
 *
 * <p>Threading: that of its tracer.
 */
final class Abandoned {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Abandoned() {}

  /** Ends it and waits until it is gone, if it is ours. */
  static void end(int pid) throws CkptException {
    try {
      if (!Signals.exists(pid)) {
        return;
      }
      Ptrace.WaitResult known = Ptrace.waitFor(pid, Ptrace.WALL | Ptrace.WNOHANG);
      if (known.pid() < 0) {
        // Not ours: somebody else's process has that pid, which is why we failed.
        return;
      }
      Signals.kill(pid, Signals.SIGKILL);
      Deadline deadline = Deadline.in(PATIENCE);
      while (!isReaped(pid) && !deadline.passed()) {
        deadline.pause();
      }
    } catch (SyscallException e) {
      if (e.errno() != Errno.ESRCH) {
        throw e;
      }
    }
  }

  /** NB: the kernel reports the leader's death only after every other thread was waited for. */
  private static boolean isReaped(int pid) throws CkptException {
    for (int tid : tids(pid)) {
      if (tid != pid) {
        Ptrace.waitFor(tid, Ptrace.WALL | Ptrace.WNOHANG);
      }
    }
    return Ptrace.waitFor(pid, Ptrace.WALL | Ptrace.WNOHANG).pid() < 0;
  }

  private static List<Integer> tids(int pid) throws CkptException {
    try {
      return ProcFs.of(pid).tasks();
    } catch (TargetGoneException e) {
      return List.of();
    }
  }
}
