package dev.ckpt.core.tracee;

import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;

/** One ptrace stop, or the end of the thread, decoded from a wait status. */
public final class Stop {
  /** What kind of stop it is; see ptrace(2), "Stopped states". */
  public enum Kind {
    /** PTRACE_EVENT_STOP after PTRACE_INTERRUPT, or of a new automatically attached tracee. */
    INTERRUPTED,
    /** PTRACE_EVENT_STOP that is a group stop: the task is stopped by a job-control signal. */
    GROUP_STOP,
    /** A signal is about to be delivered. */
    SIGNAL,
    /** Entry or exit of a system call under PTRACE_SYSCALL. */
    SYSCALL,
    /** Another PTRACE_EVENT; the number is {@link #detail()}. */
    EVENT,
    /** The thread exited; its code is {@link #detail()}. */
    EXITED,
    /** The thread was killed; the signal is {@link #detail()}. */
    KILLED
  }

  private static final int STOPPED = 0x7f;
  private static final int SYSGOOD = 0x80;

  private final Kind kind;
  private final int detail;

  private Stop(Kind kind, int detail) {
    this.kind = kind;
    this.detail = detail;
  }

  /** Decodes a wait status of a seized tracee with PTRACE_O_TRACESYSGOOD set. */
  static Stop decode(int status) {
    if ((status & 0xff) != STOPPED) {
      int signal = status & 0x7f;
      return signal == 0
          ? new Stop(Kind.EXITED, (status >> 8) & 0xff)
          : new Stop(Kind.KILLED, signal);
    }
    int signal = (status >> 8) & 0xff;
    int event = status >>> 16;
    if (event == Ptrace.EVENT_STOP) {
      return signal == Signals.SIGTRAP
          ? new Stop(Kind.INTERRUPTED, signal)
          : new Stop(Kind.GROUP_STOP, signal);
    }
    if (event != 0) {
      return new Stop(Kind.EVENT, event);
    }
    return signal == (Signals.SIGTRAP | SYSGOOD)
        ? new Stop(Kind.SYSCALL, signal)
        : new Stop(Kind.SIGNAL, signal);
  }

  /** What kind of stop it is. */
  public Kind kind() {
    return kind;
  }

  /** Signal, event number or exit code, by kind. */
  public int detail() {
    return detail;
  }

  /** Whether the thread is no more. */
  public boolean isEnd() {
    return kind == Kind.EXITED || kind == Kind.KILLED;
  }

  @Override
  public String toString() {
    return kind + "(" + detail + ")";
  }
}
