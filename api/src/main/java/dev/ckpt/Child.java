package dev.ckpt;

import dev.ckpt.core.kernel.Epoll;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * A child of ours that no reaper thread waits for.
 *
 * <p>NB: nobody waits for it before it has ended: waitpid(2) of any thread of ours would get, and
 * so swallow, its stops while it is dumped.
 *
 * <p>Threading: any.
 */
final class Child {
  private static final int SIGNALLED = 128;

  /** So often a thread that waits looks whether it was interrupted. */
  private static final int LOOK_MILLIS = 50;

  private final int pid;
  private final Fd pidfd;
  private OptionalInt exitCode = OptionalInt.empty();

  private Child(int pid, Fd pidfd) {
    this.pid = pid;
    this.pidfd = pidfd;
  }

  // What is opened here is closed when the child has ended.
  @SuppressWarnings("MustBeClosedChecker")
  static Child of(int pid) throws CkptException {
    return new Child(pid, Tasks.pidfdOpen(pid));
  }

  int pid() {
    return pid;
  }

  /** Its exit status, or 128 and the signal that ended it; nothing while it runs. */
  synchronized OptionalInt exitCode() throws CkptException {
    if (exitCode.isEmpty() && (pidfd.poll(Epoll.EPOLLIN) & Epoll.EPOLLIN) != 0) {
      reap();
    }
    return exitCode;
  }

  private void reap() throws CkptException {
    Ptrace.WaitResult result = Ptrace.waitFor(pid, 0);
    pidfd.close();
    // NB: one that a dump has ended was reaped by its tracer.
    int status = result.pid() == pid ? result.status() : Signals.SIGKILL;
    int signal = status & 0x7f;
    exitCode = OptionalInt.of(signal == 0 ? status >> 8 & 0xff : SIGNALLED + signal);
  }

  /**
   * Waits for its end; nothing when it still runs after that time.
   *
   * @throws InterruptedIOException when the thread is interrupted meanwhile
   */
  OptionalInt await(Duration patience) throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    OptionalInt code = exitCode();
    while (code.isEmpty() && System.nanoTime() - end < 0) {
      long left = (end - System.nanoTime()) / 1_000_000 + 1;
      waitFor((int) Math.min(LOOK_MILLIS, left));
      code = exitCode();
      if (code.isEmpty() && Thread.interrupted()) {
        throw new InterruptedIOException("interrupted while process " + pid + " runs");
      }
    }
    return code;
  }

  /** NB: not on this object: others may look at it, or end it, meanwhile. */
  private void waitFor(int millis) throws CkptException {
    try (Fd own = Tasks.pidfdOpen(pid)) {
      own.poll(Epoll.EPOLLIN, millis);
    }
  }

  /** Waits for its end. */
  int await() throws IOException {
    OptionalInt code = exitCode();
    while (code.isEmpty()) {
      code = await(Duration.ofDays(1));
    }
    return code.getAsInt();
  }

  /**
   * Ends it at once, with its process group if it leads one, and waits for its end whatever
   * interrupts come.
   */
  void kill() throws IOException {
    killGroup();
    signal(Signals.SIGKILL);
    while (exitCode().isEmpty()) {
      waitFor(LOOK_MILLIS);
    }
  }

  /** NB: before it is reaped, for then its number may be another group's. */
  private synchronized void killGroup() throws CkptException {
    if (exitCode.isEmpty() && Signals.exists(-pid)) {
      Signals.kill(-pid, Signals.SIGKILL);
    }
  }

  /** Sends a signal, unless it has ended. */
  synchronized void signal(int number) throws CkptException {
    if (exitCode().isEmpty()) {
      Signals.kill(pid, number);
    }
  }
}
