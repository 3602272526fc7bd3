package dev.ckpt.core.checkpoint;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Epoll;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.error.CkptException;

/**
 * What it takes to look at a task from outside and say what cannot be saved: its files in /proc,
 * and duplicates of its descriptors. Nothing of it is touched, so the task may be running, and is
 * looked at in the same way when it is frozen ({@link CkptContext}).
 */
public class SurveyContext implements AutoCloseable {
  private final CheckpointOptions options;
  private final ProcFs proc;
  private final Refusals refusals;
  private final Fd pidfd;

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  SurveyContext(CheckpointOptions options, Refusals refusals) throws SyscallException {
    this.options = options;
    this.proc = ProcFs.of(options.pid());
    this.refusals = refusals;
    this.pidfd = Tasks.pidfdOpen(options.pid());
  }

  /** The target process. */
  public final int pid() {
    return options.pid();
  }

  /** What becomes of TCP connections. */
  public final TcpPolicy tcp() {
    return options.tcp();
  }

  /** Whether unix connections to other processes are to come back closed. */
  public final boolean extUnix() {
    return options.extUnix();
  }

  /** How fast copies may be made while it runs. */
  public final Pace pace() {
    return options.pace();
  }

  /** Whether the target is dead, waited for or not. */
  public final boolean targetEnded() throws SyscallException {
    return pidfd.poll(Epoll.EPOLLIN) != 0;
  }

  /** Its files in /proc. */
  public final ProcFs proc() {
    return proc;
  }

  /** Where to say what cannot be saved. */
  public final Refusals refusals() {
    return refusals;
  }

  /** A duplicate of one of the target's descriptors; the same open file description. */
  @MustBeClosed
  public final Fd duplicate(int targetFd) throws SyscallException {
    return Tasks.pidfdGetfd(pidfd, targetFd);
  }

  @Override
  public void close() throws CkptException {
    pidfd.close();
  }
}
