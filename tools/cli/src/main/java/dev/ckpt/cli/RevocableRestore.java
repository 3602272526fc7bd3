package dev.ckpt.cli;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.rstr.RestartOptions;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;

/**
 * A restore that a signal can take back until the task is let go; from then on it runs.
 *
 * <p>Threading: any thread may take it back while another does the work.
 */
final class RevocableRestore implements RestartOptions.Gate, Ending.Interruptible {
  private static final long UNDO_SECONDS = 10;

  private final ReadableByteChannel image;
  private boolean committed;
  private volatile boolean revoked;
  private volatile Optional<IOException> unclosed = Optional.empty();

  /** Guards a restore from this image, which stays the caller's to close. */
  RevocableRestore(ReadableByteChannel image) {
    this.image = image;
  }

  @Override
  public String lastWords() {
    return "the restore was interrupted: nothing is left of it";
  }

  /** Whether it was taken back. */
  boolean revoked() {
    return revoked;
  }

  @Override
  public void pass() throws CkptException {
    if (revoked) {
      CkptException reason =
          new CkptException(FailureCode.INTERRUPTED, "a signal came before the task was let go");
      unclosed.ifPresent(reason::addSuppressed);
      throw reason;
    }
  }

  @Override
  public synchronized void commit() throws CkptException {
    pass();
    committed = true;
  }

  @Override
  public synchronized boolean interrupt() {
    if (!committed && !revoked) {
      revoked = true;
      stopReading();
    }
    return revoked;
  }

  /** It may wait for a pipe. */
  private void stopReading() {
    try {
      image.close();
    } catch (IOException e) {
      // What cannot be closed is not read on either: the next phase does not begin, and says so.
      unclosed = Optional.of(e);
    }
  }

  /** The kernel ends a task that is half-built as soon as we end. */
  @Override
  public void abandon() {}

  /** Nobody waits for it but the user, and files may have to be taken back. */
  @Override
  public long undoSeconds() {
    return UNDO_SECONDS;
  }
}
