package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.LazyRange;
import dev.ckpt.core.thread.Pace;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings in all that nobody waits for: first what the task has waited for in earlier lives, then
 * what lies behind that, then all the rest from the first address to the last.
 *
 * <p>Threading: one thread.
 */
final class Drain {
  /** An event waits to be read: that takes the other thread less. */
  private static final long PAUSE_NANOS = 20_000;

  private final Serving serving;
  private final LazyPages pages;
  private final Pace pace;
  private volatile boolean stopped;

  Drain(Serving serving, LazyPages pages, Pace pace) {
    this.serving = serving;
    this.pages = pages;
    this.pace = pace;
  }

  /** Brings in windows, and then what lies behind them; of the task's own address space. */
  void runAlong(List<Long> places) throws IOException {
    LazyMm space = serving.spaces().get(0);
    for (long place : places) {
      fill(space, place, place + Serving.WINDOW_BYTES);
    }
    for (long place : places) {
      fill(space, place, place + Serving.AHEAD_BYTES);
    }
  }

  private void fill(LazyMm space, long from, long to) throws IOException {
    for (long at = from; at < to && !stopped && !space.isDone(); ) {
      at = step(space, at, Math.min(to, at + Serving.WINDOW_BYTES));
    }
  }

  /** Brings in what is missing up to an address; returns where to go on. */
  private long step(LazyMm space, long at, long to) throws IOException {
    Optional<Long> filled = serving.fill(space, at, to, pages);
    if (filled.isPresent()) {
      pace.await(filled.get() - at);
      return filled.get();
    }
    LockSupport.parkNanos(PAUSE_NANOS);
    return at;
  }

  /** Works until no address space misses anything, or until it is stopped. */
  void run() throws IOException {
    while (!stopped && !serving.isDone()) {
      for (LazyMm space : serving.spaces()) {
        drain(space);
      }
    }
  }

  private void drain(LazyMm space) throws IOException {
    long at = 0;
    while (!stopped && !space.isDone()) {
      Optional<LazyRange> next = space.missing().next(at);
      if (next.isEmpty()) {
        // What was moved meanwhile may be behind us.
        return;
      }
      at = Math.max(at, next.get().start());
      long end = (at & -(long) Serving.WINDOW_BYTES) + Serving.WINDOW_BYTES;
      at = step(space, at, end);
    }
  }

  /** Has it end soon. */
  void stop() {
    stopped = true;
  }
}
