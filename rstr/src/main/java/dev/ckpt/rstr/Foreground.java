package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Terminal;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.Task;
import java.util.Optional;

/**
 * A restored task as a job of ours, in the manner of a shell: it is the foreground group of our
 * terminal while it runs, we take the terminal back when it stops or ends, and stop with it.
 */
final class Foreground {
  private static final int STOPPED = 0x7f;
  private static final int SIGNALLED = 128;

  private final int pid;
  private final Optional<Terminal> terminal;
  private byte[] ownSettings = {};

  private Foreground(int pid, Optional<Terminal> terminal) {
    this.pid = pid;
    this.terminal = terminal;
  }

  /** A job without a terminal: in no session of ours, or detached, or we have none. */
  static Foreground without(int pid) {
    return new Foreground(pid, Optional.empty());
  }

  /**
   * Gives our terminal to a task that is about to run, if it is in our session and we have the
   * terminal to give.
   *
   * @param ttyFd our terminal for the task's descriptors, or -1: then our standard input is tried
   */
  static Foreground give(ImageState state, RestartOptions options, int ttyFd) throws CkptException {
    Task task = state.task();
    Terminal terminal = new Terminal(Math.max(0, ttyFd));
    boolean ownSession = (task.flags() & Task.SESSION_LEADER) != 0;
    if (options.detach() || ownSession || !terminal.isOurs()) {
      return without(task.pid());
    }
    Foreground job = new Foreground(task.pid(), Optional.of(terminal));
    job.ownSettings = terminal.settings();
    for (FileTty tty : state.shared(FileTty.class).values()) {
      if (tty.termios().length() == Terminal.TERMIOS_BYTES) {
        terminal.apply(tty.termios().toByteArray());
      }
    }
    terminal.setForeground(task.pid());
    return job;
  }

  /** Waits for the end; returns the exit status, or 128 and the signal. */
  @SuppressWarnings("try") // the forwarder works by being open
  int await() throws CkptException {
    try (SignalForwarder forwarder = SignalForwarder.to(pid)) {
      while (true) {
        Ptrace.WaitResult result = Ptrace.waitFor(pid, Ptrace.WUNTRACED);
        if (result.pid() < 0) {
          throw new TargetGoneException(pid, "wait for the restored task");
        }
        int status = result.status();
        if ((status & 0xff) == STOPPED) {
          stopWithIt(status >> 8 & 0xff);
          continue;
        }
        int signal = status & 0x7f;
        return signal == 0 ? status >> 8 & 0xff : SIGNALLED + signal;
      }
    } finally {
      takeBack();
    }
  }

  /** Takes the terminal back, e.g. when the task was never let go. */
  void takeBack() throws CkptException {
    if (terminal.isEmpty()) {
      return;
    }
    try {
      terminal.get().setForeground(Terminal.ownGroup());
      terminal.get().apply(ownSettings);
    } catch (SyscallException e) {
      if (!Terminal.hungUp(e)) {
        throw e;
      }
    }
  }

  /** The shell above us must see its job stop; when it goes on, so does the task. */
  private void stopWithIt(int signal) throws CkptException {
    if (terminal.isEmpty()) {
      // Nobody's job: who stopped it continues it.
      return;
    }
    boolean wantsTerminal = signal == Signals.SIGTTIN || signal == Signals.SIGTTOU;
    byte[] theirSettings = terminal.get().settings();
    if (!wantsTerminal || !terminal.get().isOurs()) {
      takeBack();
      Signals.stopSelf();
    }
    // Here we run again: in the foreground by fg, or in the background by bg. A running job that
    // the shell brings to the foreground is told nothing: it finds out when it uses the terminal.
    if (terminal.get().isOurs()) {
      terminal.get().apply(theirSettings);
      terminal.get().setForeground(pid);
    }
    try {
      Signals.kill(-pid, Signals.SIGCONT);
    } catch (SyscallException e) {
      if (e.errno() != Errno.ESRCH) {
        throw e;
      }
    }
  }
}
