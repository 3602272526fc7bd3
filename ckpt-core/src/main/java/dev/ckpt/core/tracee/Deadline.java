package dev.ckpt.core.tracee;

import dev.ckpt.core.kernel.Tasks;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A moment until which something may take. */
public final class Deadline {
  private static final long SPIN_NANOS = 2_000_000;
  private static final long PAUSE_NANOS = 50_000;

  private final long start = System.nanoTime();
  private final long limitNanos;

  private Deadline(long limitNanos) {
    this.limitNanos = limitNanos;
  }

  /** The moment that lies this far ahead. */
  public static Deadline in(Duration time) {
    return new Deadline(time.toNanos());
  }

  /** Whether it has passed. */
  public boolean passed() {
    return System.nanoTime() - start > limitNanos;
  }

  /**
   * Waits a little for something that has no descriptor to wait on: first by giving up the CPU,
   * because a ptrace stop is microseconds away, later by short pauses.
   */
  public void pause() {
    if (System.nanoTime() - start < SPIN_NANOS) {
      Tasks.yieldCpu();
    } else {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
