package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.GhostFiles;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.proc.FileHolders;
import dev.ckpt.core.proc.FileLock;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileRegular;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** A regular file that has lost its name, or never had one: it is saved with its content. */
final class UnlinkedFile implements FileKind {
  /**
   * Whether a file can be made again where it was. Those of file systems of the kernel's own, such
   * as message queues, look as if they had been at the root.
   */
  static boolean canBeMadeAgain(ByteString link, FileStat stat) {
    String name = GhostFiles.formerName(link).toString();
    if (GhostFiles.obstacle(stat).isPresent() || !name.startsWith("/")) {
      return false;
    }
    Path folder = Path.of(name).getParent();
    while (folder != null) {
      try {
        return FileStat.of(folder.toString()).dev() == stat.dev();
      } catch (SyscallException e) {
        // Gone too: the file is made in the one above, as GhostFiles of rstr does.
        folder = folder.getParent();
      }
    }
    return false;
  }

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    for (OpenFile file : mine) {
      String name = file.name();
      OptionalInt other = holder(files, file);
      if (other.isPresent()) {
        files
            .target()
            .refusals()
            .add(
                RefusalCode.FD_DELETED,
                name + " has no name any more, and process " + other.getAsInt() + " has it too",
                "end the other process, or give the file a name");
      }
      files
          .target()
          .refusals()
          .addIf(
              file.info().locks().stream().anyMatch(UnlinkedFile::isWriteLease),
              RefusalCode.FD_LOCK,
              name + " has no name any more, and to read it would break the lease that it holds",
              "release the lease before the dump");
    }
  }

  private static boolean isWriteLease(FileLock lock) {
    return lock.type() == FileLock.Type.LEASE && lock.access() == FileLock.Access.WRITE;
  }

  private static OptionalInt holder(Files files, OpenFile file) throws CkptException {
    try {
      return FileHolders.of(Path.of(file.path()), files.target().pid(), files.flight().borrowed());
    } catch (IOException e) {
      throw new CkptException(FailureCode.IO_FAILED, file.name() + " cannot be looked at: " + e, e);
    }
  }

  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    int ghost = files.context().mm().saveObject(files.context(), file.holder(), file.fd());
    return files.context().addTarget(new FileRegular(ghost, file.flags(), file.info().pos()));
  }
}
