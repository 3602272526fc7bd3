package dev.ckpt.core.backend;

/**
 * Whether something works on this machine.
 *
 * @param works whether it does
 * @param reason why it does not, or what it will use
 */
public record Probe(boolean works, String reason) {
  /** It works. */
  public static Probe yes(String how) {
    return new Probe(true, how);
  }

  /** It does not. */
  public static Probe no(String why) {
    return new Probe(false, why);
  }
}
