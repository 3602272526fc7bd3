package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileNamed;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.rstr.Checks;
import java.util.Map;

/** Opens files by name whose content is no concern of ours. */
final class NamedFile implements FileKind {
  /**
   * A directory that was read halfway goes on at its old position, in whatever it holds now:
   * readdir(3) promises no more of entries that come and go meanwhile.
   */
  @Override
  public void check(Checks checks) throws CkptException {
    for (FileNamed file : checks.state().shared(FileNamed.class).values()) {
      if (checks.state().find(file.file()).orElseThrow() instanceof FileRef named
          && (named.mode() & FileStat.S_IFMT) == FileStat.S_IFDIR
          && file.pos() != 0
          && hasChanged(named)) {
        checks.notes().add("folder: " + named.path() + " was being read and has changed");
      }
    }
  }

  private static boolean hasChanged(FileRef folder) {
    try {
      return FileStat.of(folder.path().toByteArray()).mtimeNanos() != folder.mtimeNanos();
    } catch (SyscallException e) {
      // FILE_GONE is said of it already.
      return false;
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    for (Map.Entry<Integer, FileNamed> entry : files.state().shared(FileNamed.class).entrySet()) {
      FileNamed file = entry.getValue();
      ByteString path =
          files.state().find(file.file()).orElseThrow() instanceof FileRef named
              ? named.path()
              : files.folders().name(file.file());
      files.opened(entry.getKey(), files.openNamed(path, file.flags(), file.pos()));
    }
  }
}
