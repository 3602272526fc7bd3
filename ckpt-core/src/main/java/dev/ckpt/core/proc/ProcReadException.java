package dev.ckpt.core.proc;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;

/** A file in /proc could not be read, for a reason that is neither the task's end nor a right. */
public final class ProcReadException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final String file;

  /** Names the file and the reason. */
  public ProcReadException(String file, String reason, Throwable cause) {
    super(FailureCode.PROC_READ, "read " + file + ": " + reason, cause);
    this.file = file;
  }

  /** The file that could not be read. */
  public String file() {
    return file;
  }
}
