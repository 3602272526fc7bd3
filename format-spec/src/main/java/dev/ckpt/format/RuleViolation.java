package dev.ckpt.format;

/**
 * An object that may not stand here: a mistake of the caller when writing, and reported as
 * corruption when reading.
 */
final class RuleViolation extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final String expected;
  private final String actual;

  RuleViolation(String expected, String actual) {
    super("expected " + expected + ", found " + actual);
    this.expected = expected;
    this.actual = actual;
  }

  String expected() {
    return expected;
  }

  String actual() {
    return actual;
  }
}
