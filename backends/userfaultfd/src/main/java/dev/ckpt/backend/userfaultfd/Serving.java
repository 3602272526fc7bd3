package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.LazyRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Userfaultfd;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The address spaces that are served, and how pages get into them.
 *
 * <p>While events are read no pages are put anywhere, and while pages are put no events are read:
 * else a page could come to where it does not belong any more. The kernel sees to the rest: as long
 * as an event waits to be read it takes no pages.
 *
 * <p>Threading: any thread.
 */
final class Serving {
  /** So much comes with a page that is waited for, around it. */
  static final int WINDOW_BYTES = 64 << 10;

  /** So much behind it comes as long as nobody waits for anything else. */
  static final int AHEAD_BYTES = 1 << 20;

  private final Journal journal;
  private final List<LazyMm> spaces = new CopyOnWriteArrayList<>();
  private final ReadWriteLock changes = new ReentrantReadWriteLock(true);
  private final LongAdder nrPages = new LongAdder();
  private final LongAdder nrFaults = new LongAdder();

  Serving(Journal journal) {
    this.journal = journal;
  }

  /** Begins with the task's own address space. */
  void begin(Fd userfault) {
    spaces.add(new LazyMm(userfault, journal.setup().ranges()));
  }

  /** All address spaces, those of children too. */
  List<LazyMm> spaces() {
    return spaces;
  }

  /** Somebody who is told of a page that is waited for. */
  interface Waiting {
    /** There is one. */
    void at(LazyMm space, long address);
  }

  /** Reads all that the kernel has to tell of an address space. */
  void readEvents(LazyMm space, Waiting waiting) throws IOException {
    boolean more = true;
    while (more) {
      changes.writeLock().lock();
      try {
        more = journal.read(space.userfault());
        if (more && Journal.isKept(journal.message().event())) {
          take(space, journal.message());
          journal.keep();
        } else if (more) {
          nrFaults.increment();
          waiting.at(space, journal.message().address());
        }
      } finally {
        changes.writeLock().unlock();
      }
    }
  }

  private void take(LazyMm space, UffdMessage message) {
    if (message.event() == UffdMessage.FORK) {
      spaces.add(space.fork(new Fd(message.forked())));
    } else {
      space.apply(message);
    }
  }

  /** Goes through what a predecessor has read. */
  void replay() throws IOException {
    journal.replay(
        (userfault, message) -> {
          for (LazyMm space : spaces) {
            if (space.userfault().number() == userfault) {
              take(space, message);
              return;
            }
          }
        });
  }

  /** Has everybody who waits for a page ask again. */
  void wakeAll() throws SyscallException {
    for (LazyMm space : spaces) {
      for (LazyRange range : space.missing().all()) {
        Userfaultfd.wake(space.userfault(), range.start(), range.lenBytes());
      }
    }
  }

  /**
   * Brings in what is missing of a part of an address space, as far as it is all of one range.
   *
   * @return nothing if an event has to be read first; else where to go on
   */
  Optional<Long> fill(LazyMm space, long from, long to, LazyPages pages) throws IOException {
    Optional<LazyRange> found = space.missing().next(from);
    if (found.isEmpty() || found.get().start() >= to) {
      return Optional.of(to);
    }
    LazyRange whole = found.get();
    LazyRange part =
        whole.part(
            Math.max(from, whole.start()),
            Math.min(
                Math.min(to, whole.end()), Math.max(from, whole.start()) + LazyPages.BLOCK_BYTES));
    List<PageRun> runs = pages.read(part.owner(), part.addr(), part.lenBytes());
    changes.readLock().lock();
    try {
      // What was discarded, unmapped or moved meanwhile is not there any more.
      for (LazyRange still : space.missing().within(part)) {
        if (put(space, still, runs, pages.address()) == LazyMm.Outcome.AGAIN) {
          return Optional.empty();
        }
        space.missing().remove(still.start(), still.end());
      }
    } finally {
      changes.readLock().unlock();
    }
    return Optional.of(part.end());
  }

  /** Puts those pages of runs that are of a range. */
  private LazyMm.Outcome put(LazyMm space, LazyRange range, List<PageRun> runs, long address)
      throws SyscallException {
    long end = range.addr() + range.lenBytes();
    long at = address;
    for (PageRun run : runs) {
      long from = Math.max(run.addr(), range.addr());
      long to = Math.min(run.end(), end);
      if (from < to) {
        long where = range.start() + (from - range.addr());
        if (space.copy(where, at + (from - run.addr()), to - from) == LazyMm.Outcome.AGAIN) {
          return LazyMm.Outcome.AGAIN;
        }
        nrPages.add((to - from) >>> 12);
      }
      at += LazyPages.lenBytes(run);
    }
    return LazyMm.Outcome.DONE;
  }

  /**
   * Answers for a page that is waited for and of which the image has nothing.
   *
   * @return whether an event has to be read first
   */
  boolean zero(LazyMm space, long address) throws SyscallException {
    changes.readLock().lock();
    try {
      return space.missing().find(address).isEmpty() && space.zero(address) == LazyMm.Outcome.AGAIN;
    } finally {
      changes.readLock().unlock();
    }
  }

  /** How often somebody had to wait. */
  long nrFaults() {
    return nrFaults.sum();
  }

  /** Pages that were put somewhere. */
  long nrPages() {
    return nrPages.sum();
  }

  /** Memory that may still miss pages. */
  long leftBytes() {
    return spaces.stream()
        .filter(space -> !space.isDone())
        .mapToLong(space -> space.missing().lenBytes())
        .sum();
  }

  /** Whether every address space has all of its pages. */
  boolean isDone() {
    return spaces.stream().allMatch(LazyMm::isDone);
  }

  /** Ends it for all of them. */
  void close() {
    changes.writeLock().lock();
    try {
      spaces.forEach(LazyMm::close);
      spaces.clear();
    } finally {
      changes.writeLock().unlock();
    }
  }
}
