package dev.ckpt.core.timing;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How long each phase of one piece of work took. Phases follow each other without a gap, so that
 * nothing is left out: their sum is the time from the beginning to the last mark.
 *
 * <p>Threading: one thread at a time; whoever hands it on publishes it.
 */
public final class Timeline {
  private final LongSupplier clock;
  private final Map<String, Long> phases = new LinkedHashMap<>();
  private final long beginNanos;
  private long markNanos;

  Timeline(LongSupplier clock) {
    this.clock = clock;
    this.beginNanos = clock.getAsLong();
    this.markNanos = beginNanos;
  }

  /** Begins now. */
  public static Timeline begin() {
    return new Timeline(System::nanoTime);
  }

  /** Says that a phase ends now, which began when the one before it ended; one may come again. */
  public void end(String phase) {
    long now = clock.getAsLong();
    phases.merge(phase, now - markNanos, Long::sum);
    markNanos = now;
  }

  /** The phases so far, in their order, with their nanoseconds. */
  public Map<String, Long> phases() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(phases));
  }

  /** From the beginning to now, nanoseconds. */
  public long wallNanos() {
    return clock.getAsLong() - beginNanos;
  }
}
