package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.LazyRange;
import dev.ckpt.core.thread.Pace;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings in all that nobody waits for, from the first address to the last.
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
      Optional<Long> filled = serving.fill(space, at, end, pages);
      if (filled.isPresent()) {
        pace.await(filled.get() - at);
        at = filled.get();
      } else {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Has it end soon. */
  void stop() {
    stopped = true;
  }
}
