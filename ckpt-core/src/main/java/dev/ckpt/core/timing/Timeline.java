package dev.ckpt.core.timing;

import dev.ckpt.error.CkptException;
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
  /** Told of the end of each phase. */
  @FunctionalInterface
  public interface Listener {
    /** Throws when the work is to end here. */
    void phaseEnded(String phase) throws CkptException;
  }

  private final LongSupplier clock;
  private final Listener listener;
  private final Map<String, Long> phases = new LinkedHashMap<>();
  private final long beginNanos;
  private long markNanos;

  Timeline(LongSupplier clock, Listener listener) {
    this.clock = clock;
    this.listener = listener;
    this.beginNanos = clock.getAsLong();
    this.markNanos = beginNanos;
  }

  /** Begins now. */
  public static Timeline begin() {
    return begin(phase -> {});
  }

  /** The same, telling somebody of the end of each phase. */
  public static Timeline begin(Listener listener) {
    return new Timeline(System::nanoTime, listener);
  }

  /**
   * Says that a phase ends now, which began when the one before it ended; one may come again.
   *
   * @throws CkptException what the listener throws
   */
  public void end(String phase) throws CkptException {
    long now = clock.getAsLong();
    phases.merge(phase, now - markNanos, Long::sum);
    markNanos = now;
    listener.phaseEnded(phase);
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
