package dev.ckpt.cli.text;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Sizes, times and other values as people read them; without String.format, which is slow. */
public final class Units {
  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final int STEP = 1024;
  private static final long MICRO = 1000;
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000_000_000;
  private static final int PAGE_BYTES = 4096;

  private Units() {}

  /** A size such as {@code 12.3 MiB}. */
  public static String bytes(long bytes) {
    if (bytes < STEP) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = 0;
    // What would be shown as 1024.0 of one unit is 1.0 of the next.
    while (value >= STEP - 0.05 && unit < BINARY.length - 1) {
      value /= STEP;
      unit++;
    }
    return BigDecimal.valueOf(value).setScale(1, RoundingMode.HALF_UP) + " " + BINARY[unit];
  }

  /** A number of pages with their size. */
  public static String pages(long nrPages) {
    return nrPages + (nrPages == 1 ? " page (" : " pages (") + bytes(nrPages * PAGE_BYTES) + ")";
  }

  /** A time such as {@code 3.2 ms} or {@code 12.40 s}. */
  public static String time(long nanos) {
    return nanos < SECOND
        ? fixed(nanos, MILLI, nanos < 10 * MILLI ? 2 : 1) + " ms"
        : fixed(nanos, SECOND, 2) + " s";
  }

  /** Seconds with two decimals. */
  public static String seconds(long nanos) {
    return fixed(nanos, SECOND, 2) + " s";
  }

  private static String fixed(long nanos, long unit, int decimals) {
    return BigDecimal.valueOf(nanos / MICRO)
        .divide(BigDecimal.valueOf(unit / MICRO), decimals, RoundingMode.HALF_UP)
        .toPlainString();
  }

  /** One and its plural: {@code 1 thread}, {@code 6 threads}. */
  public static String count(long number, String one) {
    return number + " " + one + (number == 1 ? "" : "s");
  }

  /**
   * The text with everything that could steer a terminal, or begin a new line, made visible: for
   * names that came from outside.
   */
  public static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c)
                  || Character.getType(c) == Character.FORMAT
                  || Character.getType(c) == Character.LINE_SEPARATOR
                  || Character.getType(c) == Character.PARAGRAPH_SEPARATOR) {
                safe.append("\\u{").append(Integer.toHexString(c)).append('}');
              } else {
                safe.appendCodePoint(c);
              }
            });
    return safe.toString();
  }
}
