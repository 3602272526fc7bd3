package dev.ckpt.core.proc;

import java.util.Optional;

/**
 * What {@code /proc/PID/fdinfo/N} adds for an eventfd.
 *
 * <p>Source: eventfd_show_fdinfo in fs/eventfd.c.
 *
 * @param count the counter, unsigned
 * @param semaphore whether it is one (EFD_SEMAPHORE); Linux tells since 6.5
 */
public record EventfdInfo(long count, Optional<Boolean> semaphore) {
  /** Takes it from the lines of the file. */
  public static EventfdInfo of(FdInfo info) throws ProcFormatException {
    TextCursor count = info.line("eventfd-count:");
    count.skipSpaces();
    long value = count.hex();
    count.expectEnd();
    if (info.moreAfter("eventfd-semaphore:").isEmpty()) {
      return new EventfdInfo(value, Optional.empty());
    }
    return new EventfdInfo(value, Optional.of(info.line("eventfd-semaphore: ").flag()));
  }
}
