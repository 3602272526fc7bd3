package dev.ckpt.core.error;

import dev.ckpt.error.Code;

/**
 * One reason for not doing what was asked.
 *
 * @param code what kind of reason it is
 * @param object what it is about, such as {@code [pid 812] fd 5 (socket:[3301])}
 * @param remedy what the user can do about it
 */
public record Refusal(Code code, String object, String remedy) {
  /** All but the code. */
  public String text() {
    return object + ": " + remedy;
  }

  @Override
  public String toString() {
    return code + ": " + text();
  }
}
