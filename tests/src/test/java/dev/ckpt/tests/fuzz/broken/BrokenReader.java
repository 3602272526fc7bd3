package dev.ckpt.tests.fuzz.broken;

/**
 * A reader with a mistake behind four comparisons. Chance finds it once in 2^32 inputs, a fuzzer
 * that sees which of them held in some thousands: so it shows that the fuzzer sees. In a package of
 * its own, because the other classes of tests are not looked at.
 */
public final class BrokenReader {
  public static final String MISTAKE = "the mistake of the broken reader";

  private BrokenReader() {}

  /** Refuses nothing. */
  public static void read(byte[] input) {
    if (input.length >= 4
        && input[0] == 'c'
        && input[1] == 'k'
        && input[2] == 'p'
        && input[3] == 't') {
      throw new IllegalStateException(MISTAKE);
    }
  }
}
