package dev.ckpt.format;

/**
 * Has Chronicle Bytes loaded without a word. It asks SLF4J for a logger, and that says three lines
 * on standard error in a JVM that has no logging of its own: in somebody's test, or in a program
 * that never heard of it.
 */
final class QuietChronicle {
  /** Read once, by the class that says them ({@code org.slf4j.helpers.Reporter}, SLF4J 2.0.10). */
  private static final String VERBOSITY = "slf4j.internal.verbosity";

  private static final String REPORTER = "org.slf4j.helpers.Reporter";

  static {
    if (System.getProperty(VERBOSITY) == null) {
      System.setProperty(VERBOSITY, "ERROR");
      try {
        Class.forName(REPORTER, true, QuietChronicle.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        // An older one says less.
      } finally {
        System.clearProperty(VERBOSITY);
      }
    }
  }

  private QuietChronicle() {}

  /** Does it, once. */
  static void load() {}
}
