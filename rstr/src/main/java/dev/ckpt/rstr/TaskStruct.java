package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.Limits;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Rebuilds what belongs to the process as a whole: session, folders, limits. */
final class TaskStruct {
  private static final int PR_SET_DUMPABLE = 4;
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final int PR_SET_THP_DISABLE = 41;
  private static final int PR_SET_MDWE = 65;
  private static final int PR_SET_MEMORY_MERGE = 67;
  private static final int PR_THP_DISABLE_EXCEPT_ADVISED = 1 << 1;
  private static final int PR_MDWE_REFUSE_EXEC_GAIN = 1;
  private static final int PR_MDWE_NO_INHERIT = 1 << 1;
  private static final int PR_GET_DUMPABLE = 3;
  private static final int RLIMIT_BYTES = 16;

  /** What a change of credentials makes of a process where fs.suid_dumpable is 2. */
  private static final int SUID_DUMP_ROOT = 2;

  private TaskStruct() {}

  /** Puts the new process into its session and group, as far as they can be had. */
  static void restoreSession(RstrContext context, BatchRunner run) throws CkptException {
    Task task = context.state().only(Task.class);
    boolean leader = (task.flags() & Task.SESSION_LEADER) != 0;
    if (leader || context.options().detach()) {
      run.call("setsid", SyscallNumbers.SETSID);
      if (!leader) {
        context.notes().add("session: " + task.sid() + " was another's; it leads one of its own");
      }
    } else {
      run.call("setpgid", SyscallNumbers.SETPGID, 0, 0);
      if (task.pgid() != task.pid()) {
        context
            .notes()
            .add("process group: " + task.pgid() + " was another's; it leads one of its own");
      }
    }
    if (task.exitSignal() != Signals.SIGCHLD) {
      context
          .notes()
          .add("exit signal: " + task.exitSignal() + " was for its old parent; ours is SIGCHLD");
    }
    run.flush();
  }

  /**
   * Sets folder, umask and personality.
   *
   * @param removed where the working folder is, if it is one that was removed
   */
  static void restore(RstrContext context, BatchRunner run, Optional<ByteString> removed)
      throws CkptException {
    Task task = context.state().only(Task.class);
    byte[] cwd = removed.orElse(task.cwd()).toByteArray();
    Batch batch = run.room(4, cwd.length + 1);
    batch.call("chdir " + task.cwd(), SyscallNumbers.CHDIR, batch.string(cwd));
    batch.call("umask", SyscallNumbers.UMASK, task.umask());
    batch.call("personality", SyscallNumbers.PERSONALITY, task.personality());
    if ((task.flags() & Task.CHILD_SUBREAPER) != 0) {
      batch.call("prctl(PR_SET_CHILD_SUBREAPER)", SyscallNumbers.PRCTL, PR_SET_CHILD_SUBREAPER, 1);
    }
    run.flush();
  }

  /** Sets what every mapping made from now on gets, before there is any but ours. */
  static void restoreMemoryMerge(RstrContext context, BatchRunner run) throws CkptException {
    Batch batch = run.room(1, 0);
    if (mergesMemory(context)) {
      batch.call("prctl(PR_SET_MEMORY_MERGE)", SyscallNumbers.PRCTL, PR_SET_MEMORY_MERGE, 1);
    } else {
      // Ours may have been inherited; a kernel that does not know of it has none to switch off.
      batch.tryCall("prctl(PR_SET_MEMORY_MERGE)", SyscallNumbers.PRCTL, PR_SET_MEMORY_MERGE, 0);
    }
    run.flush();
  }

  /** Whether pages of all its memory may be merged with equal ones (PR_SET_MEMORY_MERGE). */
  static boolean mergesMemory(RstrContext context) throws CkptException {
    return (context.state().task().flags() & Task.MEMORY_MERGE) != 0;
  }

  /**
   * Lets the new process have as many descriptors as it may, while it is built: it takes about
   * twice as many as the task has.
   */
  static void raiseNrFiles(BatchRunner run) throws CkptException {
    raiseLimit(run, Limits.RLIMIT_NOFILE);
    Batch batch = run.room(1, RLIMIT_BYTES);
    Batch.Data limit = batch.space(RLIMIT_BYTES);
    long most = ProcFs.nrOpen();
    batch.putLong(limit, 0, most);
    batch.putLong(limit, 8, most);
    // Fails for want of CAP_SYS_RESOURCE; then the hard limit is enough, which was checked.
    batch.tryCall("prlimit64", SyscallNumbers.PRLIMIT64, 0, Limits.RLIMIT_NOFILE, limit, 0);
    run.flush();
  }

  /** Lets the new process have as much of something as it may, while it is built. */
  static void raiseLimit(BatchRunner run, int resource) throws CkptException {
    Batch batch = run.room(2, RLIMIT_BYTES);
    Batch.Data limit = batch.space(RLIMIT_BYTES);
    batch.call("prlimit64", SyscallNumbers.PRLIMIT64, 0, resource, 0, limit);
    run.flush();
    long hard = batch.getLong(limit, 8);
    Batch next = run.room(1, RLIMIT_BYTES);
    Batch.Data raised = next.space(RLIMIT_BYTES);
    next.putLong(raised, 0, hard);
    next.putLong(raised, 8, hard);
    next.call("prlimit64", SyscallNumbers.PRLIMIT64, 0, resource, raised, 0);
    run.flush();
  }

  /** Sets what holds for the address space, when it is whole: MDWE forbids some mappings. */
  static void restoreMmSettings(RstrContext context, BatchRunner run) throws CkptException {
    Task task = context.state().only(Task.class);
    if ((task.flags() & Task.THP_DISABLED) != 0) {
      boolean exceptAdvised = (task.flags() & Task.THP_EXCEPT_ADVISED) != 0;
      run.call(
          "prctl(PR_SET_THP_DISABLE)",
          SyscallNumbers.PRCTL,
          PR_SET_THP_DISABLE,
          1,
          exceptAdvised ? PR_THP_DISABLE_EXCEPT_ADVISED : 0);
    }
    if ((task.flags() & Task.MDWE_REFUSE_EXEC_GAIN) != 0) {
      boolean noInherit = (task.flags() & Task.MDWE_NO_INHERIT) != 0;
      run.call(
          "prctl(PR_SET_MDWE)",
          SyscallNumbers.PRCTL,
          PR_SET_MDWE,
          PR_MDWE_REFUSE_EXEC_GAIN | (noInherit ? PR_MDWE_NO_INHERIT : 0));
    }
    // Each bit is a command, and what is told are the commands that register.
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((task.membarrier() >>> bit & 1) != 0) {
        run.call("membarrier", SyscallNumbers.MEMBARRIER, 1 << bit, 0, 0);
      }
    }
    run.flush();
  }

  /** Sets all limits, by the process itself while it still has our rights. */
  static void restoreLimits(RstrContext context, BatchRunner run) throws CkptException {
    List<Rlimits.Rlimit> limits = context.state().only(Rlimits.class).limits();
    for (int resource = 0; resource < limits.size(); resource++) {
      Batch batch = run.room(1, RLIMIT_BYTES);
      Batch.Data limit = batch.space(RLIMIT_BYTES);
      batch.putLong(limit, 0, limits.get(resource).cur());
      batch.putLong(limit, 8, limits.get(resource).max());
      batch.call("prlimit64", SyscallNumbers.PRLIMIT64, 0, resource, limit, 0);
    }
    run.flush();
  }

  /** Sets whether the process may be dumped; changing user ids has just reset it. */
  static void restoreDumpable(RstrContext context, BatchRunner run) throws CkptException {
    int dumpable = context.state().only(Task.class).dumpable();
    if (dumpable == SUID_DUMP_ROOT) {
      Batch batch = run.room(1, 0);
      Batch.Result now =
          batch.call("prctl(PR_GET_DUMPABLE)", SyscallNumbers.PRCTL, PR_GET_DUMPABLE);
      run.flush();
      if (batch.result(now) == SUID_DUMP_ROOT) {
        return;
      }
      // Nobody can ask for it. Both forbid the same; but such a process leaves a core for root.
      dumpable = 0;
      context.notes().add("dumpable: it will leave no core, not even for root");
    }
    run.call("prctl(PR_SET_DUMPABLE)", SyscallNumbers.PRCTL, PR_SET_DUMPABLE, dumpable);
    run.flush();
  }

  /** Sets what is set through files of /proc. */
  static void restoreProcFiles(RstrContext context) throws CkptException {
    int pid = context.leader().pid();
    Task task = context.state().task();
    ProcFs proc = ProcFs.of(pid);
    if (proc.oomScoreAdj() != task.oomScoreAdj()) {
      write(context, "oom_score_adj", Integer.toString(task.oomScoreAdj()));
    }
    int filter = context.state().mm().coredumpFilter();
    if (proc.coredumpFilter() != filter) {
      write(context, "coredump_filter", "0x" + Integer.toHexString(filter));
    }
  }

  /** Sets what the session is that the task leads. */
  static void restoreAutogroup(RstrContext context) throws CkptException {
    Task task = context.state().task();
    int now = ProcFs.of(context.leader().pid()).autogroupNice().orElse(0);
    if ((task.flags() & Task.SESSION_LEADER) != 0 && task.autogroupNice() != now) {
      write(context, "autogroup", Integer.toString(task.autogroupNice()));
    }
  }

  private static void write(RstrContext context, String name, String value) {
    Path file = Path.of("/proc/" + context.leader().pid() + "/" + name);
    try {
      Files.writeString(file, value, StandardOpenOption.WRITE);
    } catch (IOException e) {
      context.notes().add(name + ": " + value + " cannot be set (" + e.getMessage() + ")");
    }
  }
}
