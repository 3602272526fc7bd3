package dev.ckpt.core.proc;

/**
 * {@code /proc/PID/task/TID/sched}: what the scheduler notes of a thread. Most of the file changes
 * from kernel to kernel and is not looked at.
 *
 * @param execStartNanos when the thread last began or ended to run, by the clock of the CPU that it
 *     was on; of a sleeping thread, when it fell asleep. NB: each CPU's clock is its own
 * @param nrVoluntarySwitches how often it gave up the CPU by itself
 */
public record Sched(long execStartNanos, long nrVoluntarySwitches) {
  private static final int NANO_DIGITS = 6;
  private static final long MILLI = 1_000_000;

  /**
   * Parses the whole file.
   *
   * <p>Source: proc_sched_show_task in kernel/sched/debug.c. NB: the first line holds the thread's
   * name, whatever that is; it ends with the line of dashes, which is longer than any name.
   *
   * @throws ProcFormatException if one of the two values is not there
   */
  public static Sched parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("sched", text);
    while (!in.latin1(in.pos(), in.lineEnd()).startsWith("----------------")) {
      if (in.atEnd()) {
        throw in.bad("want a line of dashes before here");
      }
      in.restOfLine();
    }
    in.restOfLine();
    long execStart = -1;
    long voluntary = -1;
    while (!in.atEnd() && (execStart < 0 || voluntary < 0)) {
      if (in.accept("se.exec_start ")) {
        execStart = millis(afterColon(in));
      } else if (in.accept("nr_voluntary_switches ")) {
        voluntary = afterColon(in).decimal();
      }
      in.restOfLine();
    }
    if (execStart < 0 || voluntary < 0) {
      throw in.bad("want se.exec_start and nr_voluntary_switches before here");
    }
    return new Sched(execStart, voluntary);
  }

  private static TextCursor afterColon(TextCursor in) throws ProcFormatException {
    in.skipSpaces();
    in.expect(':');
    in.skipSpaces();
    return in;
  }

  /** Milliseconds with six decimals, as nanoseconds. */
  private static long millis(TextCursor in) throws ProcFormatException {
    long whole = in.decimal();
    in.expect('.');
    int start = in.pos();
    long nanos = in.decimal();
    if (in.pos() - start != NANO_DIGITS || whole > Long.MAX_VALUE / MILLI - 1) {
      throw in.bad("want milliseconds with six decimals before here");
    }
    return whole * MILLI + nanos;
  }
}
