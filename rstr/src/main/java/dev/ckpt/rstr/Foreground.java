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
import java.util.OptionalInt;

/**
 * A restored task as a job of ours, in the manner of a shell: it has our terminal while we would
 * have it, we take the terminal back when it stops or ends, and stop with it.
 */
final class Foreground implements AutoCloseable {
  private static final int STOPPED = 0x7f;
  private static final int SIGNALLED = 128;

  private final int pid;
  private final OptionalInt init;
  private final boolean hasTerminal;
  private byte[] taskSettings = {};
  private Optional<Terminal.Window> taskWindow = Optional.empty();
  private byte[] ownSettings = {};
  private boolean lent;
  private boolean cameStopped;
  private Optional<SignalForwarder> forwarder = Optional.empty();

  private Foreground(int pid, OptionalInt init, boolean hasTerminal) {
    this.pid = pid;
    this.init = init;
    this.hasTerminal = hasTerminal;
  }

  /** A task that does not run yet, or is nobody's job. */
  static Foreground without(int pid) {
    return new Foreground(pid, OptionalInt.empty(), false);
  }

  /**
   * Makes a task that is about to run our job, if it is to be that: signals go on to it from now
   * on, and if it is in our session and we have a terminal, it is in the foreground there if we
   * are. One that is stopped gets the terminal when it is continued.
   *
   * @param pid by which we see it
   * @param init of a pid namespace that was made for it; a child of ours too
   */
  static Foreground begin(ImageState state, RestartOptions options, int pid, OptionalInt init)
      throws CkptException {
    Task task = state.task();
    if (options.custody() != Custody.JOB) {
      return without(pid);
    }
    boolean ownSession = (task.flags() & Task.SESSION_LEADER) != 0;
    Foreground job = new Foreground(pid, init, !ownSession && Terminal.exists());
    job.forwarder = Optional.of(SignalForwarder.to(pid));
    if (job.hasTerminal) {
      job.takeSettings(state);
      job.cameStopped = task.stopSignal() != 0;
      if (!job.cameStopped) {
        job.lend();
      }
    }
    return job;
  }

  private void takeSettings(ImageState state) {
    for (FileTty tty : state.shared(FileTty.class).values()) {
      if (tty.termios().length() == Terminal.TERMIOS_BYTES) {
        taskSettings = tty.termios().toByteArray();
        taskWindow = Optional.of(new Terminal.Window(tty.rows(), tty.cols()));
      }
    }
  }

  /** Waits for the end; returns the exit status, or 128 and the signal. */
  int await() throws CkptException {
    try {
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
        endNamespace();
        int signal = status & 0x7f;
        return signal == 0 ? status >> 8 & 0xff : SIGNALLED + signal;
      }
    } finally {
      close();
    }
  }

  /** With the task ends all that it has started: the init is about to see to that itself. */
  private void endNamespace() throws SyscallException {
    if (init.isPresent()) {
      Signals.kill(init.getAsInt(), Signals.SIGKILL);
      Ptrace.waitFor(init.getAsInt(), 0);
    }
  }

  /** Is no job any more: it has ended, or was never let go. */
  @Override
  public void close() throws CkptException {
    try {
      takeBack();
    } finally {
      if (forwarder.isPresent()) {
        forwarder.get().close();
      }
    }
  }

  /** Gives it the terminal if that is ours to give. */
  private void lend() throws SyscallException {
    if (!Terminal.isOurs()) {
      return;
    }
    ownSettings = Terminal.settings();
    if (taskSettings.length > 0) {
      Terminal.apply(taskSettings);
    }
    Terminal.setForeground(pid);
    lent = true;
    if (taskWindow.isPresent() && !taskWindow.get().equals(Terminal.window())) {
      // As the kernel tells the foreground group when a window changes.
      Signals.kill(-pid, Signals.SIGWINCH);
    }
    taskWindow = Optional.empty();
  }

  /** Takes the terminal back if it has it. */
  private void takeBack() throws SyscallException {
    if (!lent) {
      return;
    }
    lent = false;
    try {
      taskSettings = Terminal.settings();
      Terminal.setForeground(Terminal.ownGroup());
      Terminal.apply(ownSettings);
    } catch (SyscallException e) {
      if (!Terminal.hungUp(e)) {
        throw e;
      }
    }
  }

  /** The shell above us must see its job stop; when it goes on, so does the task. */
  private void stopWithIt(int signal) throws SyscallException {
    if (!hasTerminal) {
      // Nobody's job: who stopped it continues it.
      return;
    }
    if (cameStopped) {
      // The SIGCONT that continues us, if one comes, goes on to it like any signal.
      cameStopped = false;
      Signals.stopGroup();
      lend();
      return;
    }
    // NB: a running job that a shell brings to the foreground is told nothing. It finds out here,
    // when the task asks for the terminal. And the task may have asked just before it was lent.
    boolean asks = signal == Signals.SIGTTIN || signal == Signals.SIGTTOU;
    if (!asks || !Terminal.isOurs() && Terminal.foreground() != pid) {
      takeBack();
      Signals.stopGroup();
    }
    // Here we run again: in the foreground by fg, or in the background by bg.
    lend();
    try {
      Signals.kill(-pid, Signals.SIGCONT);
    } catch (SyscallException e) {
      if (e.errno() != Errno.ESRCH) {
        throw e;
      }
    }
  }
}
