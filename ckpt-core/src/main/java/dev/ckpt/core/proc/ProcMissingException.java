package dev.ckpt.core.proc;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;

/**
 * The task is there but this file of its is not: an fd that was closed meanwhile, the {@code exe}
 * of a kernel thread, the memory of a process whose first thread has ended, or a file that this
 * kernel was built without.
 */
public final class ProcMissingException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final String file;

  /**
   * Names the file that is not there.
   *
   * @param reason what is known of why
   */
  public ProcMissingException(String file, String reason, Throwable cause) {
    super(FailureCode.PROC_MISSING, "read " + file + ": " + reason, cause);
    this.file = file;
  }

  /** The file that is not there. */
  public String file() {
    return file;
  }
}
