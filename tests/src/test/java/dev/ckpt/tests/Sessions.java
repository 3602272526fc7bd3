package dev.ckpt.tests;

import com.sun.jna.NativeLibrary;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The processes of a session that a test began: all that its leader started, and its orphans. */
final class Sessions {
  private static final int PR_SET_CHILD_SUBREAPER = 36;

  private Sessions() {}

  /** Orphans come to us from now on: there are inits that take a second to wait for one. */
  static void adoptOrphans() {
    NativeLibrary.getProcess()
        .getFunction("prctl")
        .invokeInt(new Object[] {PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L});
  }

  static List<Integer> members(int sid) throws IOException {
    List<Integer> members = new ArrayList<>();
    for (int pid : ProcFs.pids()) {
      try {
        if (ProcFs.of(pid).stat().session() == sid) {
          members.add(pid);
        }
      } catch (TargetGoneException | ProcMissingException e) {
        // It ended while we looked. Where a restore brings its number back at once, it is there
        // again when we ask why its file was not.
        continue;
      }
    }
    return members;
  }

  /** Waits for those that have ended and are children of ours. */
  static void reap(int sid) throws IOException {
    for (int member : members(sid)) {
      Ptrace.waitFor(member, Ptrace.WNOHANG);
    }
  }

  /**
   * Waits for orphans of any session that came to us and have ended. NB: thousands of zombies make
   * every look at /proc slow.
   *
   * @param own our own children, for whom somebody else waits
   */
  static void reapOrphans(Set<Integer> own) throws IOException {
    ProcFs us = ProcFs.of(Tasks.self());
    for (int tid : us.tasks()) {
      for (int child : children(us, tid)) {
        if (!own.contains(child)) {
          Ptrace.waitFor(child, Ptrace.WNOHANG);
        }
      }
    }
  }

  private static List<Integer> children(ProcFs proc, int tid) throws IOException {
    try {
      return proc.children(tid);
    } catch (TargetGoneException e) {
      // A thread that has just ended; its children are another's now.
      return List.of();
    }
  }

  /** Ends all of it. */
  static void end(int sid) throws IOException {
    Await.until("the end of all of session " + sid, () -> isEnded(sid), () -> "killed");
  }

  private static boolean isEnded(int sid) throws IOException {
    for (int member : members(sid)) {
      try {
        Signals.kill(member, Signals.SIGKILL);
      } catch (SyscallException e) {
        // It ended meanwhile.
        if (e.errno() != Errno.ESRCH) {
          throw e;
        }
      }
    }
    reap(sid);
    return members(sid).isEmpty();
  }
}
