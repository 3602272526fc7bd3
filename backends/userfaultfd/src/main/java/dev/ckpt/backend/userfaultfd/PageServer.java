package dev.ckpt.backend.userfaultfd;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Keeper;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.core.kernel.Tether;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves one task, with all that makes sure that it never reads zeros where its pages should be: a
 * keeper that goes on if we are killed, and a tether that ends the task if he is killed too.
 */
final class PageServer implements FaultServer {
  /** Two read and copy twice as fast as one; the faults have a thread of their own. */
  private static final int NR_DRAINS = 2;

  private final Journal journal;
  private final Fd image;
  private final Serving serving;
  private final Tether tether;
  private final PipePair stop;
  private final CountDownLatch runs = new CountDownLatch(1);
  private final PageOrder order;
  private final Drain drain;
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicInteger nrThreads = new AtomicInteger(1 + NR_DRAINS);
  private Keeper keeper;
  private volatile Optional<Throwable> failure = Optional.empty();
  private boolean ended;

  /**
   * Begins to serve.
   *
   * @param image file of the image
   * @param tether of the task
   */
  @MustBeClosed
  // What is opened here belongs to this object.
  @SuppressWarnings("MustBeClosedChecker")
  PageServer(Journal journal, Fd image, Serving serving, Tether tether) throws IOException {
    this.journal = journal;
    this.image = image;
    this.serving = serving;
    this.tether = tether;
    Journal.Setup setup = journal.setup();
    order = PageOrder.of(setup.path(), setup.uuid());
    long maxRate = setup.maxRate();
    drain = new Drain(serving, maxRate == 0 ? Pace.NONE : Pace.of(maxRate));
    keeper = startKeeper();
    try {
      stop = PipePair.open(0);
    } catch (SyscallException e) {
      keeper.close();
      throw e;
    }
  }

  @MustBeClosed
  private Keeper startKeeper() throws IOException {
    List<Integer> kept = new ArrayList<>(tether.numbers());
    kept.add(journal.number());
    kept.add(image.number());
    return Keeper.start(Successor.command(journal.number()), Successor.environment(), kept);
  }

  /** Begins; the threads end by themselves. */
  void start() {
    boolean goesAhead = journal.setup().maxRate() == 0;
    int pid = journal.setup().pid();
    begin(
        "page-faults-" + pid,
        () -> {
          try (LazyPages pages = openPages()) {
            new FaultLoop(serving, pages, order, goesAhead, stop.readEnd()).run(this::watchKeeper);
          }
        });
    begin("page-drain-" + pid, this::drainAlong);
    for (int i = 1; i < NR_DRAINS; i++) {
      begin("page-drain-" + pid, this::drain);
    }
  }

  @MustBeClosed
  private LazyPages openPages() throws IOException {
    Journal.Setup setup = journal.setup();
    return LazyPages.open(image, setup.path(), setup.trusting());
  }

  /** Work that may fail. */
  private interface Work {
    void run() throws IOException;
  }

  private void begin(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | RuntimeException | Error e) {
                end(Optional.of(e));
              }
              if (nrThreads.decrementAndGet() == 0) {
                release();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  private void drainAlong() throws IOException {
    List<Long> places = order.places(journal.setup().ranges());
    if (!places.isEmpty()) {
      try (LazyPages pages = openPages()) {
        drain.runAlong(places, pages);
      }
    }
    drain();
  }

  /** NB: each page that comes keeps the task from changing its mappings, and us by its calls. */
  private void drain() throws IOException {
    awaitRun();
    try (LazyPages pages = openPages()) {
      drain.run(pages);
    }
    if (serving.isDone()) {
      end(Optional.empty());
    }
  }

  // What is started here is closed in the end.
  @SuppressWarnings("MustBeClosedChecker")
  private synchronized void watchKeeper() throws IOException {
    if (!ended && keeper.isGone()) {
      keeper.close();
      keeper = startKeeper();
    }
  }

  /** Ends it: all pages are in, or the task is to be killed. */
  private synchronized void end(Optional<Throwable> reason) {
    if (ended) {
      return;
    }
    ended = true;
    failure = reason;
    drain.stop();
    runs.countDown();
    try {
      if (reason.isEmpty()) {
        // This order: if we are killed in between, a successor that finds no userfaultfd any more
        // must not end a task that misses nothing.
        tether.close();
        serving.close();
      } else {
        // First this, which kills it.
        tether.cut();
        serving.close();
      }
      keeper.close();
      stop.write(new byte[1]);
      saveOrder();
    } catch (IOException e) {
      failure = Optional.of(failure.orElse(e));
    }
  }

  private void saveOrder() {
    try {
      order.save();
    } catch (IOException e) {
      // Where nothing may be written beside the image, nothing is learnt.
    }
  }

  /** What no thread uses any more. */
  private synchronized void release() {
    journal.close();
    image.close();
    stop.close();
    over.countDown();
  }

  private void awaitRun() {
    try {
      runs.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts it", e);
    }
  }

  @Override
  public void taskRuns() {
    runs.countDown();
  }

  @Override
  public Progress progress() {
    return new Progress(serving.nrFaults(), serving.nrPages(), serving.leftBytes());
  }

  @Override
  public boolean await(Duration most) throws IOException {
    boolean done;
    try {
      done = over.await(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    if (done && failure.isPresent()) {
      throw failed(failure.get());
    }
    return done;
  }

  private CkptException failed(Throwable reason) {
    String text = "pid " + journal.setup().pid() + " was ended, for a page could not be had: ";
    Code code = reason instanceof CkptException known ? known.code() : FailureCode.INTERNAL;
    return new CkptException(code, text + reason.getMessage(), reason);
  }

  @Override
  public void close() {
    end(Optional.of(new CkptException(FailureCode.INTERRUPTED, "it was given up")));
  }
}
