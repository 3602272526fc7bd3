package dev.ckpt.cli.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rates as they are given on the command line. */
public final class Rates {
  private static final Pattern SHAPE = Pattern.compile("([0-9]{1,6})(K|M|G)");

  private Rates() {}

  /**
   * Reads a rate such as {@code 200M}: bytes in a second, of 1024 for each letter.
   *
   * @throws IllegalArgumentException when it is none, or zero
   */
  public static long parse(String text) {
    Matcher matcher = SHAPE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no rate: give a whole number and K, M or G for bytes a second");
    }
    long number = Long.parseLong(matcher.group(1));
    if (number == 0) {
      throw new IllegalArgumentException("'" + text + "' is no rate at all: give more than 0");
    }
    return number << ("KMG".indexOf(matcher.group(2)) + 1) * 10;
  }
}
