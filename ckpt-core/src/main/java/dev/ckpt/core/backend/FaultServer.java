package dev.ckpt.core.backend;

import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.time.Duration;

/**
 * Brings pages into a task that runs already: those first that it waits for, and all the others
 * beside that. When the last one is there it ends by itself.
 *
 * <p>If we are killed somebody else goes on with it; and if he is killed too the task is ended
 * before it could read zeros where its pages should be. A page that cannot be had ends it as well.
 *
 * <p>Threading: works on threads of its own, none of which keeps the JVM from ending; methods any
 * thread.
 */
public interface FaultServer extends AutoCloseable {
  /**
   * How far it is.
   *
   * @param nrFaults how often the task had to wait
   * @param nrPages pages that were brought in
   * @param leftBytes memory that may still miss pages
   */
  record Progress(long nrFaults, long nrPages, long leftBytes) {}

  /** The task runs: from now on pages may come that it does not wait for. */
  void taskRuns();

  /** How far it is now. */
  Progress progress();

  /**
   * Waits for the last page.
   *
   * @return whether it is in, or the task has ended meanwhile
   * @throws CkptException if a page could not be had; the task has been killed
   */
  boolean await(Duration most) throws IOException;

  /** Gives up the task, which is killed unless it has all of its pages. */
  @Override
  void close();

  /** Makes such servers; found by ServiceLoader. */
  interface Provider {
    /** The name that users know it by. */
    String name();

    /** Whether it works on this machine. */
    Probe probe();

    /** Begins; from now on a missing page is waited for. If it throws nothing is left open. */
    FaultServer serve(LazyTask task) throws IOException;
  }
}
