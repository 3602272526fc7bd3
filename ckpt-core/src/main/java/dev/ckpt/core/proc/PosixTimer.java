package dev.ckpt.core.proc;

import java.util.ArrayList;
import java.util.List;

/**
 * One timer of timer_create(2), from {@code /proc/PID/timers}.
 *
 * <p>When it fires next is not here: timer_gettime(2) in the task tells that.
 *
 * @param id what timer_create gave
 * @param signal number of the signal; 0 if there is none
 * @param sigval sival_ptr: what the signal carries
 * @param sigevNotify how an expiry is told
 * @param toThread SIGEV_THREAD_ID: {@code target} is a thread rather than the process
 * @param target whom it signals
 * @param clockId a CLOCK_ constant, or a negative number for the CPU clock of a task
 */
public record PosixTimer(
    int id,
    int signal,
    long sigval,
    Notify sigevNotify,
    boolean toThread,
    int target,
    int clockId) {

  /** sigev_notify without SIGEV_THREAD_ID, by its number. */
  public enum Notify {
    /** SIGEV_SIGNAL, 0. */
    SIGNAL,
    /** SIGEV_NONE, 1. */
    NONE,
    /** SIGEV_THREAD, 2. */
    THREAD
  }

  /**
   * Parses the whole file.
   *
   * <p>Source: show_timer in fs/proc/base.c; proc(5).
   *
   * @throws ProcFormatException if it is not blocks of ID, signal, notify and ClockID
   */
  public static List<PosixTimer> parseAll(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("timers", text);
    List<PosixTimer> timers = new ArrayList<>();
    while (!in.atEnd()) {
      timers.add(read(in));
    }
    return List.copyOf(timers);
  }

  private static PosixTimer read(TextCursor in) throws ProcFormatException {
    in.expect("ID: ");
    final int id = in.count();
    in.expect("\nsignal: ");
    final int signal = in.count();
    in.expect('/');
    final long sigval = in.hex();
    in.expect("\nnotify: ");
    final Notify sigevNotify = readNotify(in);
    in.expect('/');
    final boolean toThread = in.accept("tid.");
    if (!toThread) {
      in.expect("pid.");
    }
    final int target = in.signedInt();
    in.expect("\nClockID: ");
    final int clockId = in.signedInt();
    in.expect('\n');
    return new PosixTimer(id, signal, sigval, sigevNotify, toThread, target, clockId);
  }

  private static Notify readNotify(TextCursor in) throws ProcFormatException {
    if (in.accept("signal")) {
      return Notify.SIGNAL;
    }
    if (in.accept("none")) {
      return Notify.NONE;
    }
    in.expect("thread");
    return Notify.THREAD;
  }
}
