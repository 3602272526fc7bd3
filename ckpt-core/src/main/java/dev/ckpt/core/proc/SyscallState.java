package dev.ckpt.core.proc;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code /proc/PID/task/TID/syscall}: the system call a thread sits in.
 *
 * <p>Target state: of a thread that runs only that much is known.
 *
 * @param nr number of the call, -1 if the thread is in none
 * @param args its six arguments; empty if the thread is in none
 * @param sp user stack pointer, 0 when running
 * @param pc user instruction pointer, 0 when running
 */
public record SyscallState(Kind kind, int nr, List<Long> args, long sp, long pc) {

  /** Whether the thread is in a call. */
  public enum Kind {
    /** It runs, so that nothing else can be told. */
    RUNNING,
    /** It is stopped or blocked outside of any call. */
    OUTSIDE,
    /** It is blocked in a call. */
    INSIDE
  }

  private static final int NR_ARGS = 6;

  private static final SyscallState RUNNING = new SyscallState(Kind.RUNNING, -1, List.of(), 0, 0);

  /** Takes a copy of the list. */
  public SyscallState {
    args = List.copyOf(args);
  }

  /**
   * Parses the whole file.
   *
   * <p>Source: proc_pid_syscall in fs/proc/base.c.
   *
   * @throws ProcFormatException if it is none of the three forms
   */
  public static SyscallState parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("syscall", text);
    if (in.accept("running\n")) {
      in.expectEnd();
      return RUNNING;
    }
    int nr = in.signedInt();
    if (nr < -1) {
      throw in.bad("want a call's number or -1 before here");
    }
    List<Long> args = new ArrayList<>(NR_ARGS);
    for (int i = 0; nr >= 0 && i < NR_ARGS; i++) {
      args.add(word(in));
    }
    long sp = word(in);
    long pc = word(in);
    in.expect('\n');
    in.expectEnd();
    return new SyscallState(nr >= 0 ? Kind.INSIDE : Kind.OUTSIDE, nr, args, sp, pc);
  }

  private static long word(TextCursor in) throws ProcFormatException {
    in.expect(" 0x");
    return in.hex();
  }
}
