package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.core.proc.Status;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;

/** Who has a number that a task wants back: a process, a zombie, a thread, a group or session. */
final class PidHolder {
  private PidHolder() {}

  /** Why a number cannot be had, and what to do. */
  static Refusal refusal(int tid) {
    try {
      Status status = ProcFs.of(tid).status();
      if (status.tgid() != tid) {
        return refusal(tid, "is a thread of process " + called(status.tgid()), "end that process");
      }
      return ProcFs.of(tid).stat().state().ended()
          ? refusal(
              tid,
              "is a zombie, for which its parent " + called(status.ppid()) + " has not waited",
              "have the parent wait for it (in a shell: wait), or end the parent")
          : refusal(
              tid,
              "is in use by process " + called(tid),
              "end it, or restore with --pid-namespace");
    } catch (CkptException e) {
      // No task has the number any more, or ever had: it may be that of a group.
      return ofGroup(tid);
    }
  }

  private static Refusal ofGroup(int number) {
    for (int pid : ProcFs.pids()) {
      try {
        Stat stat = ProcFs.of(pid).stat();
        if (stat.pgrp() == number || stat.session() == number) {
          return refusal(
              number,
              "is the number of "
                  + (stat.session() == number ? "a session" : "a process group")
                  + " that process "
                  + called(pid)
                  + " is in",
              "end all that are in it (ps -eo pid,pgid,sid,args)");
        }
      } catch (CkptException e) {
        // It ended while we looked: then it does not have the number.
        continue;
      }
    }
    return refusal(
        number, "is in use, by nobody that we see", "try again, or restore with --pid-namespace");
  }

  private static Refusal refusal(int tid, String what, String remedy) {
    return new Refusal(RefusalCode.PID_TAKEN, "pid " + tid + " " + what, remedy);
  }

  private static String called(int pid) {
    try {
      return pid + " (" + ProcFs.of(pid).comm() + ")";
    } catch (CkptException e) {
      // The number is what counts.
      return Integer.toString(pid);
    }
  }
}
