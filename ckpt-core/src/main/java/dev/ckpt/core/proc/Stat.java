package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code /proc/PID/stat} and {@code /proc/PID/task/TID/stat}: all 52 fields in the kernel's order.
 *
 * <p>Names are those of proc(5). Ticks are of USER_HZ, 100 a second on x86-64; {@code
 * startTimeTicks} counts from boot. {@code flags} is the kernel's PF_ mask.
 *
 * <p>NB: who may not ptrace the task is shown 0 for most addresses and for {@code exitCode}, and 1
 * for {@code startCode} and {@code endCode}: ask {@link #addressesHidden()} before using them.
 *
 * @param signal pending, blocked, ignored and caught signals are the low 31 only; obsolete, {@link
 *     Status} has them all
 * @param rssPages NB: roughly; the kernel does not add up its counters per CPU here, as it does in
 *     status
 * @param wchan 1 when the task waits, else 0
 * @param more numbers that a newer kernel has put behind the 52
 */
public record Stat(
    int pid,
    ByteString comm,
    TaskState state,
    int ppid,
    int pgrp,
    int session,
    int ttyNr,
    int tpgid,
    int flags,
    long minflt,
    long cminflt,
    long majflt,
    long cmajflt,
    long utimeTicks,
    long stimeTicks,
    long cutimeTicks,
    long cstimeTicks,
    int priority,
    int nice,
    int numThreads,
    long itrealvalue,
    long startTimeTicks,
    long vsizeBytes,
    long rssPages,
    long rsslimBytes,
    long startCode,
    long endCode,
    long startStack,
    long kstkesp,
    long kstkeip,
    long signal,
    long blocked,
    long sigignore,
    long sigcatch,
    long wchan,
    long nswap,
    long cnswap,
    int exitSignal,
    int processor,
    int rtPriority,
    int policy,
    long delayacctBlkioTicks,
    long guestTimeTicks,
    long cguestTimeTicks,
    long startData,
    long endData,
    long startBrk,
    long argStart,
    long argEnd,
    long envStart,
    long envEnd,
    int exitCode,
    List<Long> more) {

  /** Takes a copy of what can be changed. */
  public Stat {
    more = List.copyOf(more);
  }

  /**
   * Whether the kernel hid the addresses from us, for want of ptrace access.
   *
   * <p>Source: do_task_stat in fs/proc/array.c prints 1 for both ends of the code then.
   */
  public boolean addressesHidden() {
    return startCode == 1 && endCode == 1;
  }

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if it is not one line of at least 52 fields
   */
  public static Stat parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("stat", text);
    final int pid = in.count();
    in.expect(" (");
    final ByteString comm = comm(in, text);
    in.expect(' ');
    final TaskState state = TaskState.read(in);
    return new Stat(
        pid,
        comm,
        state,
        nextInt(in),
        nextInt(in),
        nextInt(in),
        nextInt(in),
        nextInt(in),
        nextUnsignedInt(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        next(in),
        next(in),
        nextInt(in),
        nextInt(in),
        nextInt(in),
        next(in),
        nextUnsigned(in),
        nextUnsigned(in),
        next(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextInt(in),
        nextInt(in),
        nextInt(in),
        nextInt(in),
        nextUnsigned(in),
        nextUnsigned(in),
        next(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextUnsigned(in),
        nextInt(in),
        more(in));
  }

  /** NB: comm may hold anything, {@code ") R 1 ("} and newlines too; no later field has a ')'. */
  private static ByteString comm(TextCursor in, byte[] text) throws ProcFormatException {
    int start = in.pos();
    int end = text.length - 1;
    while (end >= start && text[end] != ')') {
      end--;
    }
    if (end < start) {
      throw in.bad("want comm and a ')' behind it");
    }
    in.seek(end + 1);
    return in.bytes(start, end);
  }

  private static List<Long> more(TextCursor in) throws ProcFormatException {
    List<Long> more = new ArrayList<>();
    while (in.peek() == ' ') {
      more.add(next(in));
    }
    in.expect('\n');
    in.expectEnd();
    return more;
  }

  private static int nextInt(TextCursor in) throws ProcFormatException {
    in.expect(' ');
    return in.signedInt();
  }

  private static int nextUnsignedInt(TextCursor in) throws ProcFormatException {
    in.expect(' ');
    return in.unsignedInt();
  }

  private static long next(TextCursor in) throws ProcFormatException {
    in.expect(' ');
    return in.signed();
  }

  private static long nextUnsigned(TextCursor in) throws ProcFormatException {
    in.expect(' ');
    return in.decimal();
  }
}
