package dev.ckpt.core.proc;

/**
 * What {@code /proc/PID/fdinfo/N} adds for a signalfd.
 *
 * <p>Source: signalfd_show_fdinfo in fs/signalfd.c.
 *
 * @param mask signals that it gives, bit n-1 for signal n
 */
public record SignalfdInfo(long mask) {
  /** Takes it from the line of the file. */
  public static SignalfdInfo of(FdInfo info) throws ProcFormatException {
    TextCursor in = info.line("sigmask:\t");
    long mask = in.hex();
    in.expectEnd();
    return new SignalfdInfo(mask);
  }
}
