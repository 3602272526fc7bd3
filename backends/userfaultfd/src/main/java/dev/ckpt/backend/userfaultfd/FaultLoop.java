package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.LazyRange;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.kernel.Epoll;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.PollSet;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * Reads what the kernel has to tell, and brings in first what somebody waits for, with what lies
 * around it; then, as long as nobody waits, what lies behind that.
 *
 * <p>Threading: one thread.
 */
final class FaultLoop {
  private static final int PATIENCE_MILLIS = 1000;

  /** A page that somebody waits for. */
  private record Fault(LazyMm space, long address) {}

  private final Serving serving;
  private final LazyPages pages;
  private final PageOrder order;
  private final boolean goesAhead;
  private final Fd stop;
  private final ArrayDeque<Fault> faults = new ArrayDeque<>();

  /** Where to go on, and up to where, as long as nobody waits. */
  private Optional<Fault> ahead = Optional.empty();

  private long aheadEnd;

  /**
   * A loop.
   *
   * @param order takes down what was waited for
   * @param goesAhead whether it goes on behind that by itself
   * @param stop can be read when it is to end
   */
  FaultLoop(Serving serving, LazyPages pages, PageOrder order, boolean goesAhead, Fd stop) {
    this.serving = serving;
    this.pages = pages;
    this.order = order;
    this.goesAhead = goesAhead;
    this.stop = stop;
  }

  /** Something to be done each second. */
  interface Watch {
    /** Does it. */
    void look() throws IOException;
  }

  /** Serves until it is stopped. */
  void run(Watch watch) throws IOException {
    long looked = System.nanoTime();
    while (true) {
      List<LazyMm> spaces = serving.spaces();
      PollSet set = new PollSet(spaces.size() + 1);
      set.add(stop, Epoll.EPOLLIN);
      spaces.forEach(space -> set.add(space.userfault(), Epoll.EPOLLIN));
      int timeout = faults.isEmpty() && ahead.isEmpty() ? PATIENCE_MILLIS : 0;
      boolean any = set.poll(timeout);
      if (set.isReady(0)) {
        return;
      }
      if (any) {
        for (LazyMm space : spaces) {
          serving.readEvents(space, (in, address) -> faults.add(new Fault(in, address)));
        }
      }
      serveOne();
      if (System.nanoTime() - looked > PATIENCE_MILLIS * 1_000_000L) {
        watch.look();
        looked = System.nanoTime();
      }
    }
  }

  private void serveOne() throws IOException {
    Fault fault = faults.peek();
    if (fault == null) {
      goAhead();
    } else if (serve(fault.space(), fault.address() & -PageRange.PAGE_SIZE)) {
      faults.remove();
    }
  }

  /**
   * Brings in a page.
   *
   * @return whether it could be; else an event has to be read first
   */
  private boolean serve(LazyMm space, long page) throws IOException {
    long window = page & -(long) Serving.WINDOW_BYTES;
    for (Optional<LazyRange> range = space.missing().find(page);
        range.isPresent() && !space.isDone();
        range = space.missing().find(page)) {
      long from = Math.max(window, range.get().start());
      long to = window + Serving.WINDOW_BYTES;
      if (serving.fill(space, from, to, pages).isEmpty()) {
        return false;
      }
      order.add(range.get().owner(), range.get().addr() + (from - range.get().start()));
      goesOnBehind(space, to);
    }
    return !serving.zero(space, page);
  }

  private void goesOnBehind(LazyMm space, long address) {
    if (goesAhead) {
      ahead = Optional.of(new Fault(space, address));
      aheadEnd = address + Serving.AHEAD_BYTES;
    }
  }

  private void goAhead() throws IOException {
    if (ahead.isEmpty()) {
      return;
    }
    Fault next = ahead.get();
    long to = Math.min(aheadEnd, next.address() + Serving.WINDOW_BYTES);
    Optional<Long> end = serving.fill(next.space(), next.address(), to, pages);
    if (end.isPresent()) {
      ahead =
          end.get() < aheadEnd ? Optional.of(new Fault(next.space(), end.get())) : Optional.empty();
    }
  }
}
