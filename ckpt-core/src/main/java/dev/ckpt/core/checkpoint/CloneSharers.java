package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;

/**
 * Refuses what another process has shared with the task since clone(2): its memory, its descriptor
 * table, its folders. What that process changes there would be lost on the restored task, and the
 * other way round.
 *
 * <p>The kernel keeps no list of them, so every process of the machine is compared. One that is not
 * ours to compare, or that hides in a pid namespace further out, is not seen.
 */
final class CloneSharers {
  private final int pid;
  private final Refusals refusals;

  private CloneSharers(int pid, Refusals refusals) {
    this.pid = pid;
    this.refusals = refusals;
  }

  /** Looks at every process. */
  static void refuse(int pid, Refusals refusals) throws CkptException {
    CloneSharers sharers = new CloneSharers(pid, refusals);
    for (int other : ProcFs.pids()) {
      if (other != pid) {
        sharers.compare(other);
      }
    }
  }

  private void compare(int other) throws CkptException {
    try {
      addIfShared(other, Tasks.KcmpType.VM, RefusalCode.MM_SHARED, "its memory");
      addIfShared(other, Tasks.KcmpType.FILES, RefusalCode.FILES_SHARED, "its descriptor table");
      addIfShared(other, Tasks.KcmpType.FS, RefusalCode.FS_SHARED, "its folders and umask");
    } catch (SyscallException e) {
      // Gone, or not ours to look at: then it is no sharer that we could have seen.
      if (e.errno() != Errno.ESRCH && e.errno() != Errno.EPERM) {
        throw e;
      }
    }
  }

  private void addIfShared(int other, Tasks.KcmpType type, Code code, String what)
      throws CkptException {
    refusals.addIf(
        Tasks.kcmp(pid, other, type, 0, 0) == 0,
        code,
        "shares " + what + " with process " + other,
        "wait until one of them has called exec, or end that process");
  }
}
