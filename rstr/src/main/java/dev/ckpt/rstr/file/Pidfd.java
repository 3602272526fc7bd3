package dev.ckpt.rstr.file;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FilePidfd;
import dev.ckpt.rstr.Checks;
import java.util.List;
import java.util.Map;

/** Opens pidfds: of the new task, and of processes that still are who they were. */
final class Pidfd implements FileKind {
  @Override
  public void check(Checks checks) throws CkptException {
    boolean sameBoot = checks.state().header().bootId().equals(ProcFs.bootId());
    for (FilePidfd pidfd : checks.state().shared(FilePidfd.class).values()) {
      if (!sameBoot && pidfd.startTicks() != 0 || !isThere(pidfd)) {
        Refusal refusal = gone(pidfd);
        checks.refuse(RefusalCode.PIDFD_GONE, refusal.object(), refusal.remedy());
      }
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FilePidfd> entry : files.state().shared(FilePidfd.class).entrySet()) {
      FilePidfd pidfd = entry.getValue();
      Batch batch = files.run().room(3, 0);
      // PIDFD_THREAD (linux/pidfd.h)
      int thread = pidfd.flags() & Fcntl.O_EXCL;
      int pid = files.context().ids().own(pidfd.pid());
      Batch.Result fd = batch.call("pidfd_open", SyscallNumbers.PIDFD_OPEN, pid, thread);
      int number = files.moved(batch, fd);
      files.setFlags(number, pidfd.flags());
      files.opened(entry.getKey(), number);
      files.run().flush();
      // NB: after it was opened: a number that was given to another process meanwhile shows now.
      if (!isThere(pidfd)) {
        throw new UnsupportedStateException(List.of(gone(pidfd)));
      }
    }
  }

  private static boolean isThere(FilePidfd pidfd) throws CkptException {
    if (pidfd.startTicks() == 0) {
      return true;
    }
    try {
      return ProcFs.of(pidfd.pid()).stat().startTimeTicks() == pidfd.startTicks();
    } catch (TargetGoneException e) {
      return false;
    }
  }

  private static Refusal gone(FilePidfd pidfd) {
    return new Refusal(
        RefusalCode.PIDFD_GONE,
        "the task holds a pidfd of process " + pidfd.pid() + ", which is gone",
        "dump the task without it");
  }
}
