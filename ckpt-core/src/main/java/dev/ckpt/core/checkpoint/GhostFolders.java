package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.GhostFolder;
import java.util.List;

/** Folders that were removed while the task has them open or works in them. */
public final class GhostFolders {
  private GhostFolders() {}

  /**
   * Whether a folder was removed. One that is only hidden, by another mount, still has its links.
   *
   * @param shown what a link in /proc shows of it
   */
  public static boolean isOne(ByteString shown, FileStat stat) {
    return stat.type() == FileStat.S_IFDIR
        && stat.nlink() == 0
        && !GhostFiles.formerName(shown).equals(shown);
  }

  /** The reference to a folder's record. */
  public static int save(CkptContext context, ByteString shown, FileStat stat)
      throws CkptException {
    boolean working = FileStat.of("/proc/" + context.pid() + "/cwd/.").sameFile(stat);
    return context.share(
        "folder",
        List.of(stat.dev(), stat.ino()),
        () ->
            new GhostFolder(
                GhostFiles.formerName(shown), stat.mode(), stat.uid(), stat.gid(), working));
  }
}
