package dev.ckpt.core.thread;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * A thread that does one thing after another beside whoever asks for it. It keeps no JVM alive.
 *
 * <p>Threading: any thread.
 */
public final class SideThread implements AutoCloseable {
  private final ExecutorService thread;

  /** Starts when the first work comes. */
  public SideThread(String name) {
    thread = Executors.newSingleThreadExecutor(work -> daemon(work, name));
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Does one thing on a thread that ends with it. */
  public static <T> Future<T> once(String name, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    daemon(task, name).start();
    return task;
  }

  /** Does it when all that came before is done; see {@link Outcome}. */
  public <T> Future<T> submit(Callable<T> work) {
    return thread.submit(work);
  }

  /** Drops what was not begun, and waits for what was, whatever interrupts come meanwhile. */
  @Override
  public void close() {
    thread.shutdownNow();
    boolean interrupted = false;
    boolean over = false;
    while (!over) {
      try {
        over = thread.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
