package dev.ckpt.core.error;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;

/** A kernel call failed: which one, with which arguments, on whose behalf, and why. */
public final class SyscallException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  /**
   * Describes one failed call.
   *
   * @param target who the call was made for in the form {@code [pid 812 tid 815]}, or empty when it
   *     was for ourselves
   * @param call name of the call
   * @param arguments its arguments as text
   */
  public SyscallException(String target, String call, String arguments, int errno) {
    super(
        FailureCode.SYSCALL_FAILED,
        (target.isEmpty() ? "" : target + " ")
            + call
            + "("
            + arguments
            + ") = "
            + Errno.describe(errno));
    this.call = call;
    this.errno = errno;
  }

  /** Name of the call as in its man page. */
  public String call() {
    return call;
  }

  /** The error number. */
  public int errno() {
    return errno;
  }
}
