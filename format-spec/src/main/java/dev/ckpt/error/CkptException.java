package dev.ckpt.error;

import java.io.IOException;

/**
 * The checked root of all errors of ckpt. Scripts and tests go by the {@link #code()}, which never
 * changes; people go by the message, which may.
 */
public class CkptException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * Makes an error.
   *
   * @param code stable, in capitals, such as {@code IMAGE_CORRUPT}
   */
  public CkptException(String code, String message) {
    super(message);
    this.code = code;
  }

  /** Makes an error that another one led to. */
  public CkptException(String code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** The stable code of this kind of error. */
  public String code() {
    return code;
  }
}
