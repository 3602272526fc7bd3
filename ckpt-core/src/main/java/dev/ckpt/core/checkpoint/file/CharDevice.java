package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.format.record.FileChrdev;

/** A device that has no state, such as /dev/null. */
final class CharDevice implements FileKind {
  private static final int MEM_MAJOR = 1;
  private static final int[] MEM_MINORS = {3, 5, 7, 8, 9};

  /** Null, zero, full, random and urandom. */
  static boolean isStateless(FileStat stat) {
    for (int minor : MEM_MINORS) {
      if (stat.rdevMajor() == MEM_MAJOR && stat.rdevMinor() == minor) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int save(Files files, OpenFile file) {
    FileStat stat = file.stat();
    return files
        .context()
        .addTarget(
            new FileChrdev(
                file.link(), stat.rdevMajor(), stat.rdevMinor(), file.flags(), file.info().pos()));
  }
}
