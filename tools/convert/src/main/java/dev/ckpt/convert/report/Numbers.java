package dev.ckpt.convert.report;

import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {
  private static final int KIB = 1024;
  private static final String[] SIZES = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
  private static final double MILLI = 1e6;
  private static final double SECOND = 1e9;

  private Numbers() {}

  /** A size, as in 1.2 MiB. */
  static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= KIB && unit < SIZES.length - 1) {
      value /= KIB;
      unit++;
    }
    return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", value, SIZES[unit]);
  }

  /** A count of things, as in 1 page and 2 pages. */
  static String count(long nr, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", nr, what, nr == 1 ? "" : "s");
  }

  /** A time, as in 131.7 ms. */
  static String time(long nanos) {
    return nanos >= SECOND
        ? String.format(Locale.ROOT, "%.2f s", nanos / SECOND)
        : String.format(Locale.ROOT, "%.1f ms", nanos / MILLI);
  }

  /** An address. */
  static String hex(long address) {
    return Long.toHexString(address);
  }

  /** A length in a picture. */
  static String length(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
