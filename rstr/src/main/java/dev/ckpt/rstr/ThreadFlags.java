package dev.ckpt.rstr;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.TaskThread;

/** Switches on for each thread what it had switched on by prctl(2), and off what we had. */
final class ThreadFlags {
  private static final int PR_SET_TSC = 26;
  private static final int PR_MCE_KILL = 33;
  private static final int PR_SET_IO_FLUSHER = 57;
  private static final int PR_TSC_ENABLE = 1;
  private static final int PR_TSC_SIGSEGV = 2;
  private static final int PR_MCE_KILL_SET = 1;
  private static final int PR_MCE_KILL_LATE = 0;
  private static final int PR_MCE_KILL_EARLY = 1;
  private static final int PR_MCE_KILL_DEFAULT = 2;
  private static final int CAP_SYS_RESOURCE = 24;

  private ThreadFlags() {}

  /** Refuses what we have no right to give. */
  static void check(Checks checks) throws CkptException {
    for (TaskThread thread : checks.state().threads()) {
      if ((thread.flags() & TaskThread.IO_FLUSHER) != 0
          && !Checks.hasCapability(CAP_SYS_RESOURCE)) {
        checks.refuse(
            RefusalCode.PRCTL_IO_FLUSHER,
            "thread " + thread.tid() + " is an I/O flusher",
            "run with CAP_SYS_RESOURCE");
      }
    }
  }

  /** Sets them, by the thread itself while it still has our rights. */
  static void restore(BatchRunner run, TaskThread thread) throws CkptException {
    run.call(
        "prctl(PR_SET_TSC)",
        SyscallNumbers.PRCTL,
        PR_SET_TSC,
        (thread.flags() & TaskThread.TSC_SIGSEGV) != 0 ? PR_TSC_SIGSEGV : PR_TSC_ENABLE);
    run.call(
        "prctl(PR_MCE_KILL)", SyscallNumbers.PRCTL, PR_MCE_KILL, PR_MCE_KILL_SET, mceKill(thread));
    if ((thread.flags() & TaskThread.IO_FLUSHER) != 0) {
      run.call("prctl(PR_SET_IO_FLUSHER)", SyscallNumbers.PRCTL, PR_SET_IO_FLUSHER, 1);
    }
  }

  private static int mceKill(TaskThread thread) {
    if ((thread.flags() & TaskThread.MCE_KILL_LATE) != 0) {
      return PR_MCE_KILL_LATE;
    }
    return (thread.flags() & TaskThread.MCE_KILL_EARLY) != 0
        ? PR_MCE_KILL_EARLY
        : PR_MCE_KILL_DEFAULT;
  }
}
