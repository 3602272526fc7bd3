package dev.ckpt.junit;

/** What a helper wrote while a test failed: seen in its report, thrown by nobody. */
final class HelperWrote extends Exception {
  private static final long serialVersionUID = 1;

  HelperWrote(String text) {
    super(text, null, false, false);
  }
}
