package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.proc.PidfdInfo;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FilePidfd;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A pidfd: of the task itself, or of a process that must still be there at the restore. */
final class Pidfd implements FileKind {
  /** When the process of each one started; 0 for the task's own. */
  private final Map<OpenFile, Long> starts = new HashMap<>();

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    List<Integer> own = files.target().proc().tasks();
    for (OpenFile file : mine) {
      int pid = PidfdInfo.of(file.info()).pid();
      try {
        starts.put(file, own.contains(pid) ? 0 : startOf(pid));
      } catch (TargetGoneException e) {
        files
            .target()
            .refusals()
            .add(
                RefusalCode.FD_PIDFD,
                file.name() + " is of a process that is gone",
                "close it before the dump");
      }
    }
  }

  private static long startOf(int pid) throws CkptException {
    if (pid <= 0) {
      throw new TargetGoneException(pid, "look at a pidfd");
    }
    return ProcFs.of(pid).stat().startTimeTicks();
  }

  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    int pid = PidfdInfo.of(file.info()).pid();
    return files.context().addTarget(new FilePidfd(pid, starts.get(file), file.flags()));
  }
}
