package dev.ckpt.core.proc;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code /proc/PID/limits}: the 16 resource limits by their RLIMIT_ number.
 *
 * <p>Units: as setrlimit(2) has them, unsigned. Unlimited is RLIM_INFINITY, all bits set.
 */
public record Limits(List<Rlimit> rlimits) {

  /** A limit as it is in force, and how far the task may raise it by itself. */
  public record Rlimit(long soft, long hard) {}

  /** No limit: -1. */
  public static final long RLIM_INFINITY = -1L;

  public static final int RLIMIT_CPU = 0;
  public static final int RLIMIT_FSIZE = 1;
  public static final int RLIMIT_DATA = 2;
  public static final int RLIMIT_STACK = 3;
  public static final int RLIMIT_CORE = 4;
  public static final int RLIMIT_RSS = 5;
  public static final int RLIMIT_NPROC = 6;
  public static final int RLIMIT_NOFILE = 7;
  public static final int RLIMIT_MEMLOCK = 8;
  public static final int RLIMIT_AS = 9;
  public static final int RLIMIT_LOCKS = 10;
  public static final int RLIMIT_SIGPENDING = 11;
  public static final int RLIMIT_MSGQUEUE = 12;
  public static final int RLIMIT_NICE = 13;
  public static final int RLIMIT_RTPRIO = 14;
  public static final int RLIMIT_RTTIME = 15;

  /** RLIM_NLIMITS. */
  public static final int NR_LIMITS = 16;

  /** Name and unit of each row; lnames in fs/proc/base.c is indexed by the RLIMIT_ number. */
  private static final String[][] ROWS = {
    {"Max cpu time", "seconds"},
    {"Max file size", "bytes"},
    {"Max data size", "bytes"},
    {"Max stack size", "bytes"},
    {"Max core file size", "bytes"},
    {"Max resident set", "bytes"},
    {"Max processes", "processes"},
    {"Max open files", "files"},
    {"Max locked memory", "bytes"},
    {"Max address space", "bytes"},
    {"Max file locks", "locks"},
    {"Max pending signals", "signals"},
    {"Max msgqueue size", "bytes"},
    {"Max nice priority", ""},
    {"Max realtime priority", ""},
    {"Max realtime timeout", "us"},
  };

  /** Checks that there are all. */
  public Limits {
    rlimits = List.copyOf(rlimits);
    if (rlimits.size() != NR_LIMITS) {
      throw new IllegalArgumentException("want " + NR_LIMITS + " limits, not " + rlimits.size());
    }
  }

  /** The limit with this RLIMIT_ number. */
  public Rlimit get(int resource) {
    return rlimits.get(resource);
  }

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException unless it has the heading and exactly the 16 known rows in order
   */
  public static Limits parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("limits", text);
    for (String heading : List.of("Limit", "Soft Limit", "Hard Limit", "Units")) {
      in.expect(heading);
      in.skipSpaces();
    }
    in.expect('\n');
    List<Rlimit> rlimits = new ArrayList<>(NR_LIMITS);
    for (String[] row : ROWS) {
      in.expect(row[0]);
      in.expect(' ');
      in.skipSpaces();
      long soft = limit(in);
      in.expect(' ');
      in.skipSpaces();
      long hard = limit(in);
      in.skipSpaces();
      in.expect(row[1]);
      in.skipSpaces();
      in.expect('\n');
      rlimits.add(new Rlimit(soft, hard));
    }
    in.expectEnd();
    return new Limits(rlimits);
  }

  private static long limit(TextCursor in) throws ProcFormatException {
    return in.accept("unlimited") ? RLIM_INFINITY : in.decimal();
  }
}
