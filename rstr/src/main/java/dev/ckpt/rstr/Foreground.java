package dev.ckpt.rstr;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.error.CkptException;

/** A restored task as a job of ours: waited for by pid. */
final class Foreground {
  private static final int STOPPED = 0x7f;
  private static final int SIGNALLED = 128;

  private final int pid;
  private final int ttyFd;

  Foreground(int pid, int ttyFd) {
    this.pid = pid;
    this.ttyFd = ttyFd;
  }

  int await() throws CkptException {
    while (true) {
      Ptrace.WaitResult result = Ptrace.waitFor(pid, Ptrace.WUNTRACED);
      if (result.pid() < 0) {
        throw new TargetGoneException(pid, "wait for the restored task");
      }
      int status = result.status();
      if ((status & 0xff) == STOPPED) {
        continue;
      }
      int signal = status & 0x7f;
      return signal == 0 ? status >> 8 & 0xff : SIGNALLED + signal;
    }
  }

  int ttyFd() {
    return ttyFd;
  }
}
