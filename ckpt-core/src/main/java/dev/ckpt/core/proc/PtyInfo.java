package dev.ckpt.core.proc;

import java.util.OptionalInt;

/**
 * What {@code /proc/PID/fdinfo/N} adds for the master side of a pseudo terminal.
 *
 * <p>Source: ptm_show_fdinfo, drivers/tty/pty.c.
 */
public final class PtyInfo {
  private static final String LINE = "tty-index:\t";

  private PtyInfo() {}

  /** Its number in /dev/pts; empty when the file is no such side. */
  public static OptionalInt index(FdInfo info) throws ProcFormatException {
    if (info.moreAfter(LINE).isEmpty()) {
      return OptionalInt.empty();
    }
    TextCursor in = info.line(LINE);
    in.skipSpaces();
    int index = in.count();
    in.expectEnd();
    return OptionalInt.of(index);
  }
}
