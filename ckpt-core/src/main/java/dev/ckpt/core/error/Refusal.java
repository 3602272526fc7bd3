package dev.ckpt.core.error;

/**
 * One reason for not doing what was asked.
 *
 * @param code stable, in capitals, such as {@code FD_SOCKET}; docs/state.md explains each
 * @param object what it is about, such as {@code [pid 812] fd 5 (socket:[3301])}
 * @param remedy what the user can do about it
 */
public record Refusal(String code, String object, String remedy) {
  /** All but the code. */
  public String text() {
    return object + ": " + remedy;
  }

  @Override
  public String toString() {
    return code + ": " + text();
  }
}
