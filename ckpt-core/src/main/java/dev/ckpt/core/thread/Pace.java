package dev.ckpt.core.thread;

import java.util.concurrent.locks.LockSupport;

/**
 * Holds back copies in the background, so that they leave the caches and the memory's bandwidth to
 * those who work.
 *
 * <p>Threading: any thread; those that share one share its rate. Blocks: until it is their turn.
 */
public final class Pace {
  /** As fast as it goes. */
  public static final Pace NONE = new Pace(0);

  private static final long SECOND_NANOS = 1_000_000_000L;

  /** So much may be caught up with, of time in which nothing was to do. */
  private static final long SLACK_NANOS = SECOND_NANOS / 20;

  private final long bytesPerSecond;
  private long next = System.nanoTime();

  private Pace(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** So many bytes in a second, above 0. */
  public static Pace of(long bytesPerSecond) {
    if (bytesPerSecond <= 0) {
      throw new IllegalArgumentException("no pace: " + bytesPerSecond);
    }
    return new Pace(bytesPerSecond);
  }

  /** Waits until so many bytes more may be copied. */
  public void await(long lenBytes) {
    if (bytesPerSecond == 0) {
      return;
    }
    long turn = turn(lenBytes);
    for (long left = turn - System.nanoTime(); left > 0; left = turn - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
  }

  private synchronized long turn(long lenBytes) {
    long turn = Math.max(next, System.nanoTime() - SLACK_NANOS);
    next = turn + (long) ((double) lenBytes * SECOND_NANOS / bytesPerSecond);
    return turn;
  }
}
