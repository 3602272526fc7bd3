package dev.ckpt.cli;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

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
  }

  private static final long UNDO_SECONDS = 2;
  private static final long FINISH_SECONDS = 60;

  private final CountDownLatch over = new CountDownLatch(1);
  private volatile int code;

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
      throw new CkptException(Code.INTERRUPTED, "a signal came before anything was done", e);
    }
  }

  private void shutdown(Interruptible work) {
    if (over.getCount() == 0) {
      return;
    }
    // From here on threads of libraries may fail because the JVM shuts down: nobody cares.
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {});
    boolean stopped = work.interrupt();
    if (!awaitWork(stopped ? UNDO_SECONDS : FINISH_SECONDS) || stopped) {
      work.abandon();
      // The JVM ends with 128 and the signal's number.
      return;
    }
    Runtime.getRuntime().halt(code);
  }

  private boolean awaitWork(long seconds) {
    try {
      return over.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Ends the process. Everything must be written out. */
  void exit(int exitCode) {
    code = exitCode;
    over.countDown();
    System.exit(exitCode);
  }
}
