package dev.ckpt.bench.live;

import java.util.Locale;

/** What is measured; all times in nanoseconds, all sizes in bytes. */
enum Metric {
  DUMP_WALL("dump"),
  FROZEN("frozen"),
  GAP("gap"),
  DUMP_CPU("dump CPU"),
  DUMP_ANON("dump anon"),
  DUMP_RSS("dump RSS"),
  RESTORE_WALL("restore"),
  RESTORE_CPU("restore CPU"),
  RESTORE_ANON("restore anon"),
  RESTORE_RSS("restore RSS"),
  WAIT_ANON("waiting anon"),
  WAIT_RSS("waiting RSS"),
  IMAGE("image");

  private static final double MILLION = 1e6;
  private static final double MIB = 1 << 20;

  private final String title;

  Metric(String title) {
    this.title = title;
  }

  /** As it stands above its column. */
  String title() {
    return title + (isBytes() ? " MiB" : " ms");
  }

  boolean isBytes() {
    return switch (this) {
      case DUMP_ANON, DUMP_RSS, RESTORE_ANON, RESTORE_RSS, WAIT_ANON, WAIT_RSS, IMAGE -> true;
      default -> false;
    };
  }

  /** A value in the unit of the title. */
  String text(long value) {
    double scaled = value / (isBytes() ? MIB : MILLION);
    String format = scaled >= 100 ? "%.0f" : scaled >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, scaled);
  }
}
