package dev.ckpt.rstr;

import dev.ckpt.core.backend.PageRange;

/**
 * Whether huge pages are worth it here. As a rule they are; but what a virtual machine has free in
 * large pieces it may have given back to its host (free page reporting), and then to get a huge
 * page takes many times as long as to fill it.
 *
 * <p>Threading: any thread.
 */
final class FillingPace {
  /** At first so much is filled without huge pages, to know what that costs. */
  private static final long PLAIN_SAMPLE_BYTES = 8L << 20;

  private static final long HUGE_SAMPLE_BYTES = 6L << 20;

  /** What is measured may be off by that much, for other programs run as well. */
  private static final double SLOWER = 1.5;

  /** A system property, with which a test has all of it staged or copied, though it be slower. */
  private static final String ALWAYS = "ckpt.staging.always";

  private final boolean always = Boolean.getBoolean(ALWAYS);
  private long plainBytes;
  private long plainNanos;
  private long hugeBytes;
  private long hugeNanos;

  /** Adds what the filling of some pages took. */
  synchronized void add(boolean isHuge, PageRange range, long nanos) {
    long lenBytes = range.lenBytes();
    if (isHuge) {
      hugeBytes += lenBytes;
      hugeNanos += nanos;
    } else {
      plainBytes += lenBytes;
      plainNanos += nanos;
    }
  }

  /** Whether a test wants the rare way, however little there is. */
  boolean isAlways() {
    return always;
  }

  /** Whether the next ones should be huge. */
  synchronized boolean isForHuge() {
    if (always) {
      return true;
    }
    if (plainBytes < PLAIN_SAMPLE_BYTES) {
      return false;
    }
    return hugeBytes < HUGE_SAMPLE_BYTES
        || (double) hugeNanos / hugeBytes <= SLOWER * plainNanos / plainBytes;
  }
}
