package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileRef;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Makes embedded files again that are gone. What is there is never touched, whatever it holds. A
 * file has another name until it is whole, so that a restore that is killed leaves none that looks
 * as if it were; what maps it or has it open follows the rename.
 */
final class EmbeddedFiles {
  private static final int RENAME_NOREPLACE = 1;

  private final RstrContext context;
  private final BatchRunner run;

  /** The file each one is until it is whole, by the reference to its record. */
  private final Map<Integer, ByteString> made = new LinkedHashMap<>();

  EmbeddedFiles(RstrContext context, BatchRunner run) {
    this.context = context;
    this.run = run;
  }

  /** Whether a file is gone and can be made again; refuses it when it is gone for good. */
  static boolean comesBack(FileRef file, Checks checks) {
    if (!isGone(file)) {
      return false;
    }
    ByteString folder = parent(file.path());
    try {
      Files.checkAccess(folder.toByteArray(), Files.W_OK | Files.X_OK);
      return true;
    } catch (SyscallException e) {
      checks.refuse(
          RefusalCode.FILE_GONE,
          file.path() + " is in the image, and cannot be made again (" + e.getMessage() + ")",
          "make its folder, with the right to write to it");
      return true;
    }
  }

  /** Whether a file is embedded, and nothing has its name. */
  static boolean isGone(FileRef file) {
    if (!file.embedded()) {
      return false;
    }
    try {
      FileStat.ofLink(file.path().toByteArray());
      return false;
    } catch (SyscallException e) {
      return e.errno() == Errno.ENOENT;
    }
  }

  private static ByteString parent(ByteString path) {
    int slash = path.length() - 1;
    while (path.byteAt(slash) != '/') {
      slash--;
    }
    return path.substring(0, slash + 1);
  }

  /** Has the task make one, empty, of its full size, under this number. */
  void create(int objref, FileRef file, int number) throws CkptException {
    ByteString name = parent(file.path()).concat(ByteString.of(".ckpt-" + UUID.randomUUID()));
    byte[] path = name.toByteArray();
    made.put(objref, name);
    context.onFailure(() -> remove(objref));
    Batch batch = run.room(GhostFiles.NEW_FILE_CALLS, path.length + 1);
    GhostFiles.newFile(
        batch,
        path,
        Fcntl.O_CREAT | Fcntl.O_EXCL,
        number,
        file.size(),
        file.uid(),
        file.gid(),
        file.mode());
  }

  /** Whether a file was made, and needs its content. */
  boolean isMade(int objref) {
    return made.containsKey(objref);
  }

  /** Gives one its time and its name, when its content is there. */
  void finish(int objref, FileRef file, int number) throws CkptException {
    GhostFiles.restoreTime(file.mtimeNanos(), run, number);
    byte[] from = made.get(objref).toByteArray();
    byte[] to = file.path().toByteArray();
    Batch batch = run.room(1, from.length + to.length + 2);
    batch.call(
        "renameat2 to " + file.path(),
        SyscallNumbers.RENAMEAT2,
        Fcntl.AT_FDCWD,
        batch.string(from),
        Fcntl.AT_FDCWD,
        batch.string(to),
        RENAME_NOREPLACE);
    run.flush();
    made.put(objref, file.path());
  }

  private void remove(int objref) throws CkptException {
    try {
      Files.unlink(made.get(objref).toByteArray());
    } catch (SyscallException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }
}
