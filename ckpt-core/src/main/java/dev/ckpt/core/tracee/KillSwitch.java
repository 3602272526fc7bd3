package dev.ckpt.core.tracee;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.TouchHook;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A fault switch for the survival tests: kills our own process with SIGKILL before or after the
 * n-th call that touches a target.
 */
public final class KillSwitch implements TouchHook {
  private final AtomicLong calls = new AtomicLong();
  private final long killAt;
  private final boolean before;

  private KillSwitch(long killAt, boolean before) {
    this.killAt = killAt;
    this.before = before;
  }

  /**
   * Reads a setting such as {@code before:17} or {@code after:17}; {@code count} kills nobody.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  public static KillSwitch parse(String setting) {
    if (setting.equals("count")) {
      return new KillSwitch(Long.MAX_VALUE, true);
    }
    String[] parts = setting.split(":", 2);
    boolean before = parts[0].equals("before");
    if (parts.length != 2 || (!before && !parts[0].equals("after"))) {
      throw new IllegalArgumentException("not before:N, after:N or count: " + setting);
    }
    return new KillSwitch(Long.parseLong(parts[1]), before);
  }

  /** How many calls have been made so far. */
  public long calls() {
    return calls.get();
  }

  @Override
  public void before(String call) {
    if (calls.incrementAndGet() == killAt && before) {
      killSelf();
    }
  }

  @Override
  public void after(String call) {
    if (calls.get() == killAt && !before) {
      killSelf();
    }
  }

  private static void killSelf() {
    try {
      Signals.kill(Tasks.self(), Signals.SIGKILL);
    } catch (SyscallException e) {
      throw new IllegalStateException("we could not kill ourselves", e);
    }
  }
}
