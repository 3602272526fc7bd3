package dev.ckpt.core.error;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;

/** The target ended (or became another program by exec) while we worked on it. */
public final class TargetGoneException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final int pid;

  /**
   * Says what we were doing when the target went away.
   *
   * @param doing what was being done, as in {@code read /proc/812/stat}
   */
  public TargetGoneException(int pid, String doing) {
    super(FailureCode.TARGET_GONE, "[pid " + pid + "] " + doing + ": the target is gone");
    this.pid = pid;
  }

  /** The process that is gone. */
  public int pid() {
    return pid;
  }
}
