package dev.ckpt.core.thread;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that do something in the order of numbers, from 0 on, and other things beside each other.
 * What was done in one turn is seen in the next.
 *
 * <p>Threading: any thread.
 */
public final class Turns {
  /** A turn comes after a tenth of a millisecond, or later if a disk is in the way. */
  private static final long SPIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private volatile long turn;
  private volatile boolean over;

  /**
   * Waits until it is this number's turn.
   *
   * @return false if it will never be, or must not be used
   */
  public boolean await(long number) {
    long begin = System.nanoTime();
    while (turn < number && !over) {
      if (System.nanoTime() - begin < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(PARK_NANOS);
      }
    }
    return !over;
  }

  /** Ends the turn of this number. */
  public void pass(long number) {
    turn = number + 1;
  }

  /** No more turns: all is done, or something has failed. */
  public void end() {
    over = true;
  }
}
