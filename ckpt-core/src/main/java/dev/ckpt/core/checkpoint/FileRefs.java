package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.BuildId;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileRef;

/** Named files that descriptors and mappings refer to, each written once. */
public final class FileRefs {
  private static final ByteString NO_BUILD_ID = ByteString.of(new byte[0]);

  private FileRefs() {}

  /** The reference to the record of a file that is known by its name, opened as it may be. */
  public static int save(CkptContext context, ByteString path, FileStat stat) throws CkptException {
    return save(context, path, stat, false, () -> EmbeddedFiles.isLeased(stat));
  }

  /**
   * The same of a file that was opened to be read or written: then nobody else has a write lease on
   * it (fcntl(2)).
   *
   * @param leased whether this opening has one
   */
  public static int saveOpened(CkptContext context, ByteString path, FileStat stat, boolean leased)
      throws CkptException {
    return save(context, path, stat, false, () -> leased);
  }

  /** The same of a file that is mapped, and so may be a program or a library. */
  public static int saveMapped(CkptContext context, ByteString path, FileStat stat)
      throws CkptException {
    return save(context, path, stat, stat.type() == FileStat.S_IFREG, () -> false);
  }

  private static int save(
      CkptContext context,
      ByteString path,
      FileStat stat,
      boolean mayHaveId,
      EmbeddedFiles.Lease lease)
      throws CkptException {
    int objref =
        context.share(
            "file",
            path,
            () ->
                new FileRef(
                    path,
                    stat.dev(),
                    stat.ino(),
                    stat.mode(),
                    stat.size(),
                    stat.mtimeNanos(),
                    mayHaveId ? BuildId.of(path).orElse(NO_BUILD_ID) : NO_BUILD_ID,
                    stat.uid(),
                    stat.gid(),
                    context.embedded().take(path, stat, lease)));
    context.embedded().saved(path, objref, stat);
    return objref;
  }

  /** Whether the path still leads to this very file. */
  public static boolean nameLeadsTo(ByteString path, FileStat stat) {
    try {
      return FileStat.of(path.toByteArray()).sameFile(stat);
    } catch (SyscallException e) {
      // Whatever the reason: the restore would not find it either.
      return false;
    }
  }
}
