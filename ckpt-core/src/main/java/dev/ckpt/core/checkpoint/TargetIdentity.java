package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** Tells whether a process is still the one, running the same program, that it was. */
final class TargetIdentity {
  private static final long EXEC_NANOS = 5_000_000;

  private final int pid;
  private final long startTimeTicks;
  private final long startStack;
  private final boolean ended;

  private TargetIdentity(Stat stat) {
    this.pid = stat.pid();
    this.ended = hasEnded(stat);
    this.startTimeTicks = stat.startTimeTicks();
    this.startStack = stat.startStack();
  }

  static TargetIdentity of(int pid) throws CkptException {
    return new TargetIdentity(ProcFs.of(pid).stat());
  }

  /** Throws when it is another process or program by now: all that was found out is void. */
  void require() throws CkptException {
    if (!isSame()) {
      throw new TargetGoneException(pid, "freeze it");
    }
  }

  private boolean isSame() throws CkptException {
    Stat now = ProcFs.of(pid).stat();
    return hasEnded(now) == ended
        && now.startTimeTicks() == startTimeTicks
        && now.startStack() == startStack;
  }

  /** A leader that ended before its threads is a task still. */
  private static boolean hasEnded(Stat stat) {
    return stat.state().ended() && stat.numThreads() <= 1;
  }

  /** The failure itself, or that the target is gone when that is what it came from. */
  IOException explain(Exception failure) {
    TargetGoneException gone = new TargetGoneException(pid, "dump it");
    gone.addSuppressed(failure);
    // An exec that is under way shows before it is done.
    LockSupport.parkNanos(EXEC_NANOS);
    try {
      if (!isSame()) {
        return gone;
      }
    } catch (CkptException e) {
      gone.addSuppressed(e);
      return gone;
    }
    if (failure instanceof IOException) {
      return (IOException) failure;
    }
    throw (RuntimeException) failure;
  }
}
