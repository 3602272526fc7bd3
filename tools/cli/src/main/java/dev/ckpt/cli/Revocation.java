package dev.ckpt.cli;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;

/** Work on something that a signal takes back. */
final class Revocation {
  private Revocation() {}

  /** The work itself. */
  interface Work<T> {
    T run() throws IOException;
  }

  /** What can be taken back, and says whether it was. */
  interface Revocable extends Ending.Interruptible {
    boolean revoked();
  }

  /**
   * Does it, and gives what comes of it.
   *
   * @throws CkptException INTERRUPTED if a signal came, and nothing else went wrong before that
   */
  static <T> T run(Ending ending, Revocable revocable, Work<T> work) throws IOException {
    ending.onSignal(revocable);
    try {
      return work.run();
    } catch (IOException | RuntimeException | LinkageError e) {
      // NB: once the JVM shuts down, the classes of some libraries cannot be initialised any more.
      if (!revocable.revoked()) {
        throw e;
      }
      ending.claimLastWords();
      throw new CkptException(FailureCode.INTERRUPTED, revocable.lastWords(), e);
    }
  }
}
