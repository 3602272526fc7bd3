package dev.ckpt.rstr.file;

import dev.ckpt.error.CkptException;
import dev.ckpt.rstr.Checks;
import java.io.IOException;

/**
 * How open files of one kind are made again. One object per restore.
 *
 * <p>Target state: stopped, half built; none yet for {@link #check}. Threading: the tracer's
 * thread.
 */
interface FileKind {
  /** Looks, before anything is created, at whatever would keep these files from being made. */
  default void check(Checks checks) throws CkptException {}

  /**
   * Opens every description of this kind under a number out of the way, and says so ({@link
   * Files#opened}).
   */
  void restore(Files files) throws IOException;

  /** Ties descriptions to each other, when each of them has been made. */
  default void join(Files files) throws IOException {}
}
