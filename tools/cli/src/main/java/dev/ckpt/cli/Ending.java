package dev.ckpt.cli;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * How the command ends: by itself, or by SIGINT, SIGTERM or SIGHUP, which the JVM turns into a
 * shutdown. The work goes on while the shutdown's hooks run, so a signal gets what it asks for in
 * order: the work is told to stop, has a moment to undo what it did, and then is taken away.
 *
 * <p>Threading: the hook runs on a thread of its own.
 */
final class Ending {
  /** Work that a signal can stop. */
  interface Interruptible {
    /**
     * Stops the work as soon as it can be stopped.
     *
     * @return false when it is too late: the work is then finished as if there had been no signal
     */
    boolean interrupt();

    /** Leaves nothing behind, whatever the work is at; the last that happens. */
    void abandon();

    /** How long it may take to undo what was done. */
    default long undoSeconds() {
      return 2;
    }

    /** Whether it is in a call that may never end: then there is no use in waiting. */
    default boolean isStuck() {
      return false;
    }

    /** What is said of work that is taken away before it could say so itself. */
    String lastWords();
  }

  private static final long SLICE_MILLIS = 200;
  private static final long SIGNAL_SECONDS = 2;
  private static final long FINISH_SECONDS = 60;

  private final CountDownLatch signalled = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private final Console console;
  private final AtomicBoolean said = new AtomicBoolean();
  private volatile int code;

  /** Takes where last words go. */
  Ending(Console console) {
    this.console = console;
  }

  /**
   * Says what a signal does from now on.
   *
   * @throws CkptException when one has come already
   */
  void onSignal(Interruptible work) throws CkptException {
    Thread hook = new Thread(() -> shutdown(work), "ckpt-signal");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      throw new CkptException(FailureCode.INTERRUPTED, "a signal came before anything was done", e);
    }
  }

  private void shutdown(Interruptible work) {
    if (over.getCount() == 0) {
      return;
    }
    // From here on threads of libraries may fail because the JVM shuts down: nobody cares.
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {});
    boolean stopped = work.interrupt();
    signalled.countDown();
    boolean ended = awaitWork(work, stopped ? work.undoSeconds() : FINISH_SECONDS);
    if (ended && !stopped) {
      Runtime.getRuntime().halt(code);
    }
    work.abandon();
    if (!ended && stopped && said.compareAndSet(false, true)) {
      console.err().println("ckpt: " + FailureCode.INTERRUPTED + ": " + work.lastWords());
    }
    // The JVM ends with 128 and the signal's number.
  }

  private boolean awaitWork(Interruptible work, long seconds) {
    long slices = TimeUnit.SECONDS.toMillis(seconds) / SLICE_MILLIS;
    try {
      for (long i = 0; i < slices; i++) {
        if (over.await(SLICE_MILLIS, TimeUnit.MILLISECONDS)) {
          return true;
        }
        if (work.isStuck()) {
          return false;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /** Waits until a signal that was sent has had its effect; not long, for it may go elsewhere. */
  void awaitSignal() {
    try {
      signalled.await(SIGNAL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Claims the line that says of work that it was taken back. Does not return when it was said in
   * our place: then the process is about to end.
   */
  void claimLastWords() {
    while (!said.compareAndSet(false, true)) {
      LockSupport.park(this);
    }
  }

  /** Says that the work is over: a signal has nothing to stop any more. */
  void over(int exitCode) {
    code = exitCode;
    over.countDown();
  }

  /** Ends the process. Everything must be written out. */
  void exit(int exitCode) {
    over(exitCode);
    System.exit(exitCode);
  }
}
