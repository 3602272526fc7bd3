package dev.ckpt.core.tracee;

import dev.ckpt.core.kernel.Signals;

/**
 * Chooses the signal with which code inside a live target stops for its tracer.
 *
 * <p>It must be one that the kernel drops at once when there is no tracer: ignored by its default
 * or by the task's choice, not blocked, not waiting. Then a target whose tracer died never notices.
 */
public final class StopSignal {
  /** Says that there is no such signal: the tracer has to step from call to call. */
  public static final int NONE = 0;

  private static final int[] IGNORED_BY_DEFAULT = {
    Signals.SIGURG, Signals.SIGWINCH, Signals.SIGCHLD
  };

  /** Signals that do something besides being delivered. */
  private static final long NEVER =
      Signals.bit(Signals.SIGKILL)
          | Signals.bit(Signals.SIGSTOP)
          | Signals.bit(Signals.SIGCONT)
          | Signals.bit(Signals.SIGTSTP)
          | Signals.bit(Signals.SIGTTIN)
          | Signals.bit(Signals.SIGTTOU);

  private StopSignal() {}

  /**
   * Chooses one.
   *
   * @param caught signals with a handler
   * @param ignored signals set to SIG_IGN
   * @param unusable signals that are blocked by the thread or wait for it
   */
  public static int choose(long caught, long ignored, long unusable) {
    for (int signal : IGNORED_BY_DEFAULT) {
      if (((caught | unusable) & Signals.bit(signal)) == 0) {
        return signal;
      }
    }
    long usable = ignored & ~caught & ~unusable & ~NEVER;
    return usable == 0 ? NONE : Long.numberOfTrailingZeros(usable) + 1;
  }
}
