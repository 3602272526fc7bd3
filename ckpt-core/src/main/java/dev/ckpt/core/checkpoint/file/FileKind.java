package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.util.List;

/**
 * How one kind of open file is saved. Which file is of which kind {@link FileKinds} says, and what
 * /proc alone shows to be beyond us is refused there. One object per dump.
 *
 * <p>Target state: stopped. Threading: the tracer's thread.
 */
interface FileKind {
  /**
   * Refuses what /proc alone shows to be beyond us, so that {@code ckpt check} can foretell it. The
   * task may be running; what it says is said again by {@link #survey}.
   *
   * @param mine every descriptor that is of this kind
   */
  default void preview(int pid, List<OpenFile> mine, Refusals refusals) throws CkptException {}

  /**
   * Refuses what cannot be saved.
   *
   * @param mine every open file of this kind
   */
  default void survey(Files files, List<OpenFile> mine) throws CkptException {}

  /**
   * All that {@link #ask} may have the task call.
   *
   * @param mine every open file of this kind
   */
  default List<RemoteCall> questions(List<OpenFile> mine) {
    return List.of();
  }

  /**
   * Asks the task what only it can tell.
   *
   * <p>NB: the task finishes a batch also when we are killed in it, so a batch may change something
   * only if it puts it back itself.
   *
   * @param calls made by the first thread
   */
  default void ask(Files files, List<OpenFile> mine, RemoteSyscalls calls) throws CkptException {}

  /**
   * Takes hold of what others would change from here on although the task is frozen; the context
   * lets it go ({@link dev.ckpt.core.checkpoint.CkptContext#hold}). Refusals can still be added.
   *
   * @param mine every open file of this kind
   */
  default void hold(Files files, List<OpenFile> mine) throws IOException {}

  /**
   * Adds the record of a description, and before it those that it refers to.
   *
   * @return the reference to the description's record
   */
  int save(Files files, OpenFile file) throws CkptException;

  /** Adds what ties a description to others, when each of them has its record. */
  default void join(Files files, OpenFile file) throws CkptException {}

  /** Whether its survey takes that all files have been seen, those in flight too. */
  default boolean needsAll() {
    return false;
  }

  /** Whether a duplicate in our hands is ready for the same as the file is in the target's. */
  default boolean pollsAlike() {
    return true;
  }
}
