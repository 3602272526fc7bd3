package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.proc.Limits;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.core.proc.Status;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.Task;
import java.util.ArrayList;
import java.util.List;

/** What belongs to the process as a whole: its place among others, its limits, its folders. */
final class TaskStruct {
  private static final int PR_THP_DISABLE_EXCEPT_ADVISED = 1 << 1;
  private static final int PR_MDWE_REFUSE_EXEC_GAIN = 1;
  private static final int PR_MDWE_NO_INHERIT = 1 << 1;

  private TaskStruct() {}

  /** What PR_GET_THP_DISABLE tells: bit 0, and since Linux 6.18 a bit for the exception. */
  private static int thpFlags(int disable) {
    int exceptAdvised =
        (disable & PR_THP_DISABLE_EXCEPT_ADVISED) != 0 ? Task.THP_EXCEPT_ADVISED : 0;
    return disable == 0 ? 0 : Task.THP_DISABLED | exceptAdvised;
  }

  /** What PR_GET_MDWE tells. */
  private static int mdweFlags(int mdwe) {
    return ((mdwe & PR_MDWE_REFUSE_EXEC_GAIN) != 0 ? Task.MDWE_REFUSE_EXEC_GAIN : 0)
        | ((mdwe & PR_MDWE_NO_INHERIT) != 0 ? Task.MDWE_NO_INHERIT : 0);
  }

  /**
   * Adds the records.
   *
   * @param stopSignal the job-control signal that has stopped it, or 0
   */
  static void save(CkptContext context, RemoteQueries answers, int stopSignal)
      throws CkptException {
    RemoteQueries.ProcessAnswers told = answers.process();
    Stat stat = context.proc().stat();
    Status status = context.proc().status();
    int flags =
        (stat.session() == stat.pid() ? Task.SESSION_LEADER : 0)
            | (stat.pgrp() == stat.pid() ? Task.GROUP_LEADER : 0)
            | thpFlags(told.thpDisable())
            | mdweFlags(told.mdwe())
            | (told.memoryMerge() ? Task.MEMORY_MERGE : 0)
            | (told.subreaper() ? Task.CHILD_SUBREAPER : 0);
    // A session that another process leads is not the task's to take along.
    int autogroupNice = stat.session() == stat.pid() ? context.proc().autogroupNice().orElse(0) : 0;
    ByteString cwd = context.proc().link("cwd");
    FileStat folder = FileStat.of("/proc/" + context.pid() + "/cwd/.");
    boolean cwdRemoved = !FileRefs.nameLeadsTo(cwd, folder);
    context.add(
        new Task(
            stat.pid(),
            stat.ppid(),
            stat.pgrp(),
            stat.session(),
            stat.comm(),
            context.proc().personality(),
            status.umask().orElseThrow(),
            stat.exitSignal(),
            context.proc().oomScoreAdj(),
            stat.startTimeTicks(),
            context.proc().cgroup().raw(),
            cwdRemoved ? GhostFiles.formerName(cwd) : cwd,
            context.proc().link("root"),
            told.dumpable(),
            flags,
            Math.max(0, stat.tpgid()),
            stat.ttyNr(),
            told.membarrier(),
            autogroupNice,
            stopSignal));
    if (cwdRemoved) {
      GhostFolders.save(context, cwd, folder);
    }
    List<Rlimits.Rlimit> limits = new ArrayList<>();
    for (Limits.Rlimit limit : context.proc().limits().rlimits()) {
      limits.add(new Rlimits.Rlimit(limit.soft(), limit.hard()));
    }
    context.add(new Rlimits(limits));
  }
}
