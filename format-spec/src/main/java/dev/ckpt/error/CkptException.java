package dev.ckpt.error;

import java.io.IOException;

/**
 * The checked root of all errors of ckpt. Scripts and tests go by the {@link #code()}, which never
 * changes; people go by the message, which may.
 */
public class CkptException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Code code;

  /** Makes an error. */
  public CkptException(Code code, String message) {
    super(message);
    this.code = code;
  }

  /** Makes an error that another one led to. */
  public CkptException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** What kind of error it is. */
  public Code code() {
    return code;
  }
}
