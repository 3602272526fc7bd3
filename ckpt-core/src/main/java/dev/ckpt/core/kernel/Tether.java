package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import java.util.List;

/**
 * Ends a process when nobody has our descriptors any more, before the last of them does its own
 * harm.
 *
 * <p>It is a pipe whose end to read from has the kernel send SIGKILL to the process when something
 * happens to it (F_SETSIG), and what happens is that the last end to write to is closed. When a
 * process ends its descriptors are closed from the highest number down, so that end has a number
 * above all others. NB: the kernel does so since it runs what closing leaves to be done in that
 * order (task_work_run(), Linux 4.5); a test has it kill 500 tasks.
 *
 * <p>Threading: one thread at a time.
 *
 * <p>Source: fcntl(2); {@code pipe_release()} in fs/pipe.c, {@code send_sigio()} in fs/fcntl.c.
 */
public final class Tether implements AutoCloseable {
  /** Numbers to be tried, for the limit of open files may be low. */
  private static final int[] HIGH = {60_000, 4_000, 1_000, 240};

  private final Fd watched;
  private final Fd held;

  private Tether(Fd watched, Fd held) {
    this.watched = watched;
    this.held = held;
  }

  /**
   * Ties a process to us and to those who share our descriptors; and the others of its process
   * group, if it leads that.
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static Tether to(int pid) throws SyscallException {
    try (PipePair pipe = PipePair.open(0)) {
      Fd watched = Fd.duplicate(pipe.readEnd().number());
      try {
        Tether tether = new Tether(watched, high(pipe.writeEnd()));
        watched.fcntl(Fcntl.F_SETOWN, LibC.getpgid(pid) == pid ? -pid : pid);
        watched.fcntl(Fcntl.F_SETSIG, Signals.SIGKILL);
        pipe.readEnd().close();
        pipe.writeEnd().close();
        watched.fcntl(Fcntl.F_SETFL, Fcntl.FASYNC);
        return tether;
      } catch (SyscallException e) {
        watched.close();
        throw e;
      }
    }
  }

  private static Fd high(Fd end) throws SyscallException {
    SyscallException last = null;
    for (int number : HIGH) {
      try {
        return new Fd(end.fcntl(Fcntl.F_DUPFD_CLOEXEC, number));
      } catch (SyscallException e) {
        last = e;
      }
    }
    throw last;
  }

  /** One that we were left with. */
  @MustBeClosed
  public static Tether inherited(int watched, int held) {
    return new Tether(new Fd(watched), new Fd(held));
  }

  /** The numbers of its descriptors: the watched one, and the one that is held. */
  public List<Integer> numbers() {
    return List.of(watched.number(), held.number());
  }

  /** Ends the process now. */
  public void cut() {
    held.close();
    watched.close();
  }

  /** Lets the process go. */
  @Override
  public void close() throws SyscallException {
    watched.fcntl(Fcntl.F_SETFL, 0);
    watched.close();
    held.close();
  }
}
