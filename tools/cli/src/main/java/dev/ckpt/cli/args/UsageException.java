package dev.ckpt.cli.args;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;

/** Arguments that make no sense. */
public final class UsageException extends CkptException {
  private static final long serialVersionUID = 1L;

  /** Makes an error. */
  public UsageException(String message) {
    super(FailureCode.USAGE, message);
  }
}
