package dev.ckpt.core.proc;

/**
 * {@code /proc/PID/timens_offsets}: how far the clocks of a time namespace are ahead of the
 * machine's. Offsets count from the machine's clocks, whatever namespace one is in oneself.
 *
 * <p>NB: the file is about the namespace of the children that the task will have.
 *
 * <p>Source: timens_offsets_show in kernel/time/namespace.c; time_namespaces(7).
 *
 * @param monotonicNanos of CLOCK_MONOTONIC, may be negative
 * @param boottimeNanos of CLOCK_BOOTTIME, may be negative
 */
public record TimensOffsets(long monotonicNanos, long boottimeNanos) {
  /** Numbers of {@code linux/time.h}. */
  static final int CLOCK_MONOTONIC = 1;

  static final int CLOCK_BOOTTIME = 7;
  static final int CLOCK_BOOTTIME_ALARM = 9;

  private static final long NANOS = 1_000_000_000L;
  private static final long MAX_SECONDS = Long.MAX_VALUE / NANOS;

  /** Those of the first time namespace. */
  public static final TimensOffsets NONE = new TimensOffsets(0, 0);

  // Written out: see Index.Entry.
  @Override
  public boolean equals(Object other) {
    return other instanceof TimensOffsets that
        && monotonicNanos == that.monotonicNanos
        && boottimeNanos == that.boottimeNanos;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(monotonicNanos);
  }

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if it is not two lines of a clock, seconds and nanoseconds
   */
  public static TimensOffsets parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("timens_offsets", text);
    TimensOffsets offsets = new TimensOffsets(line(in, "monotonic"), line(in, "boottime"));
    in.expectEnd();
    return offsets;
  }

  private static long line(TextCursor in, String clock) throws ProcFormatException {
    in.expect(clock);
    in.skipSpaces();
    long seconds = in.signed();
    in.skipSpaces();
    long nanos = in.decimal();
    in.expect('\n');
    if (nanos < 0 || nanos >= NANOS || seconds >= MAX_SECONDS || seconds <= -MAX_SECONDS) {
      throw in.bad("want seconds and nanoseconds");
    }
    return seconds * NANOS + nanos;
  }

  /** What the file takes to set them. */
  public String text() {
    return line("monotonic", monotonicNanos) + line("boottime", boottimeNanos);
  }

  private static String line(String clock, long nanos) {
    return clock + " " + Math.floorDiv(nanos, NANOS) + " " + Math.floorMod(nanos, NANOS) + "\n";
  }

  /** That of a clock that a timer may have, in nanoseconds; most are the same everywhere. */
  public long of(int clockId) {
    return switch (clockId) {
      case CLOCK_MONOTONIC -> monotonicNanos;
      case CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM -> boottimeNanos;
      default -> 0;
    };
  }

  /** How much further ahead these are than others. */
  public TimensOffsets minus(TimensOffsets other) {
    return new TimensOffsets(
        monotonicNanos - other.monotonicNanos, boottimeNanos - other.boottimeNanos);
  }
}
