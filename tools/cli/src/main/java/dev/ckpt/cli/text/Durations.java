package dev.ckpt.cli.text;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as they are given on the command line. */
public final class Durations {
  private static final Pattern SHAPE = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  private static final Duration LONGEST = Duration.ofHours(24);

  private Durations() {}

  /**
   * Reads a time such as {@code 500ms}, {@code 5s}, {@code 2m}.
   *
   * @throws IllegalArgumentException when it is none, or zero, or more than a day
   */
  public static Duration parse(String text) {
    Matcher matcher = SHAPE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a time: give a whole number and a unit, as in 500ms, 5s, 2m");
    }
    long number = Long.parseLong(matcher.group(1));
    if (number == 0) {
      throw new IllegalArgumentException("'" + text + "' is no time at all: give more than 0");
    }
    Duration time =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          default -> Duration.ofHours(number);
        };
    if (time.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("'" + text + "' is too long: give at most 24h");
    }
    return time;
  }
}
