package dev.ckpt.core.thread;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** What came of work on another thread. */
public final class Outcome {
  private Outcome() {}

  /** Waits for it, whatever interrupts come meanwhile; what it threw is thrown here. */
  public static <T> T of(Future<T> work) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return work.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw unwrap(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * The same of work that throws errors of ours.
   *
   * @param what it was for, should it fail otherwise
   */
  public static <T> T of(Future<T> work, String what) throws CkptException {
    try {
      return of(work);
    } catch (CkptException e) {
      throw e;
    } catch (IOException e) {
      throw new CkptException(FailureCode.IO_FAILED, what + ": " + e.getMessage(), e);
    }
  }

  private static IOException unwrap(Throwable cause) {
    if (cause instanceof IOException) {
      return (IOException) cause;
    }
    if (cause instanceof RuntimeException) {
      throw (RuntimeException) cause;
    }
    if (cause instanceof Error) {
      throw (Error) cause;
    }
    throw new IllegalStateException(cause);
  }
}
