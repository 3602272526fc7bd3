package dev.ckpt.core.proc;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;

/**
 * The kernel does not let us read a file in /proc.
 *
 * <p>Most files of another task are guarded by ptrace access (ptrace(2), "Ptrace access mode
 * checking"): the same user and a dumpable target, or CAP_SYS_PTRACE.
 */
public final class ProcAccessException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final String file;

  /**
   * Names the file that was refused.
   *
   * @param remedy what it takes to read it
   */
  public ProcAccessException(String file, String remedy, Throwable cause) {
    super(FailureCode.PROC_ACCESS, "read " + file + ": not permitted; it takes " + remedy, cause);
    this.file = file;
  }

  /** The file that was refused. */
  public String file() {
    return file;
  }
}
