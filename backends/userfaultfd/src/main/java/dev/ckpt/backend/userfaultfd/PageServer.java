package dev.ckpt.backend.userfaultfd;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.FaultServer;
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
  private final Journal journal;
  private final Fd image;
  private final Serving serving;
  private final Tether tether;
  private final PipePair stop;
  private final LazyPages faultPages;
  private final LazyPages drainPages;
  private final PageOrder order;
  private final Drain drain;
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicInteger nrThreads = new AtomicInteger(2);
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
    faultPages = LazyPages.open(image, setup.path(), setup.trusting());
    drainPages = LazyPages.open(image, setup.path(), setup.trusting());
    order = PageOrder.of(setup.path(), faultPages.uuid());
    stop = PipePair.open(0);
    long maxRate = setup.maxRate();
    drain = new Drain(serving, drainPages, maxRate == 0 ? Pace.NONE : Pace.of(maxRate));
    keeper = startKeeper();
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
    FaultLoop faults = new FaultLoop(serving, faultPages, order, goesAhead, stop.readEnd());
    int pid = journal.setup().pid();
    thread("page-faults-" + pid, () -> faults.run(this::watchKeeper)).start();
    thread("page-drain-" + pid, this::drain).start();
  }

  /** Work that may fail. */
  private interface Work {
    void run() throws IOException;
  }

  private Thread thread(String name, Work work) {
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
    return thread;
  }

  private void drain() throws IOException {
    drain.runAlong(order.places(journal.setup().ranges()));
    drain.run();
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
    try {
      if (reason.isEmpty()) {
        serving.close();
        tether.close();
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
    try (journal;
        image;
        faultPages;
        drainPages;
        stop) {
      over.countDown();
    } catch (IOException e) {
      // Files that were read only: nothing is lost.
      failure = Optional.of(failure.orElse(e));
    }
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
