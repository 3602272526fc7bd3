package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.LazyRange;
import dev.ckpt.core.thread.Pace;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings in all that nobody waits for, block by block, from the first address to the last; before
 * that, what the task has waited for in earlier lives.
 *
 * <p>Threading: any number of threads, each with pages of its own, share the blocks.
 */
final class Drain {
  /** Whoever has a block reads a page array of the image once. */
  private static final long BLOCK_BYTES = LazyPages.BLOCK_BYTES;

  /** Put at once: as long as that takes, nobody who waits is served. */
  private static final long STEP_BYTES = 256 << 10;

  /** An event waits to be read: that takes the other thread less. */
  private static final long PAUSE_NANOS = 20_000;

  /** A part of an address space for one thread. */
  private record Block(LazyMm space, long from, long to) {}

  private final Serving serving;
  private final Pace pace;
  private volatile boolean stopped;

  /** How far each address space was given out. */
  private final Map<LazyMm, Long> given = new IdentityHashMap<>();

  Drain(Serving serving, Pace pace) {
    this.serving = serving;
    this.pace = pace;
  }

  /**
   * Brings in windows of the task's own address space.
   *
   * @param places where they begin; those of one block behind each other
   */
  void runAlong(List<Long> places, LazyPages pages) throws IOException {
    LazyMm space = serving.spaces().get(0);
    for (long place : places) {
      fill(new Block(space, place, place + Serving.WINDOW_BYTES), pages);
    }
  }

  /** Works until no address space misses anything, or until it is stopped. */
  void run(LazyPages pages) throws IOException {
    while (!stopped && !serving.isDone()) {
      Optional<Block> block = next();
      if (block.isPresent()) {
        fill(block.get(), pages);
      } else {
        // The others have it, or what was moved meanwhile is behind us.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private synchronized Optional<Block> next() {
    for (LazyMm space : serving.spaces()) {
      if (space.isDone()) {
        continue;
      }
      Optional<LazyRange> range = space.missing().next(given.getOrDefault(space, 0L));
      if (range.isPresent()) {
        long from = Math.max(given.getOrDefault(space, 0L), range.get().start());
        long to = Math.min((from & -BLOCK_BYTES) + BLOCK_BYTES, range.get().end());
        given.put(space, to);
        return Optional.of(new Block(space, from, to));
      }
      given.remove(space);
    }
    return Optional.empty();
  }

  private void fill(Block block, LazyPages pages) throws IOException {
    for (long at = block.from(); at < block.to() && !stopped && !block.space().isDone(); ) {
      long to = Math.min(block.to(), at + STEP_BYTES);
      Optional<Long> filled = serving.fill(block.space(), at, to, pages);
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
