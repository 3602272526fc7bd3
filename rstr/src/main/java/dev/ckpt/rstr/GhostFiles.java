package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.GhostFile;

/**
 * Makes files again that had no name. They never get one: O_TMPFILE makes them in the folder that
 * they were in, so that a restore that fails, or is killed, leaves nothing there.
 */
final class GhostFiles {
  private static final int OWNER_ONLY = 0600;
  private static final int TIMES_BYTES = 32;

  /** How many calls {@link #newFile} takes. */
  static final int NEW_FILE_CALLS = 6;

  private static final long UTIME_OMIT = 0x3ffffffe;
  private static final long NANOS = 1_000_000_000L;

  private GhostFiles() {}

  /** Sees whether each could be made, by making one. */
  static void check(Checks checks) {
    for (GhostFile file : checks.state().all(GhostFile.class)) {
      byte[] folder = folder(file.path()).toByteArray();
      try (Fd probe = Fd.open(folder, Fcntl.O_TMPFILE | Fcntl.O_RDWR, OWNER_ONLY)) {
        probe.number();
      } catch (SyscallException e) {
        checks.refuse(
            RefusalCode.GHOST_FOLDER,
            file.path()
                + " had no name, and no such file can be made again ("
                + e.getMessage()
                + ")",
            "make its folder writable, on a file system that has O_TMPFILE");
      }
    }
  }

  /** The folder that a file was in, or what is left of the way there. */
  static ByteString folder(ByteString path) {
    for (int end = path.length() - 1; end > 0; end--) {
      if (path.byteAt(end) == '/') {
        ByteString folder = path.substring(0, end);
        if (isFolder(folder)) {
          return folder;
        }
      }
    }
    return ByteString.of("/");
  }

  private static boolean isFolder(ByteString path) {
    try {
      return FileStat.of(path.toByteArray()).type() == FileStat.S_IFDIR;
    } catch (SyscallException e) {
      // Gone, or not to be had: the one above it may do.
      return false;
    }
  }

  /** Has the task make one, empty, of its full size, under this number. */
  static void create(GhostFile file, BatchRunner run, int number) throws CkptException {
    byte[] folder = folder(file.path()).toByteArray();
    Batch batch = run.room(NEW_FILE_CALLS, folder.length + 1);
    newFile(
        batch, folder, Fcntl.O_TMPFILE, number, file.size(), file.uid(), file.gid(), file.mode());
  }

  /**
   * Has the task make a file, empty, of its full size, under this number.
   *
   * @param flags that make it: O_TMPFILE, or O_CREAT and others
   */
  static void newFile(
      Batch batch, byte[] path, int flags, int number, long size, int uid, int gid, int mode)
      throws CkptException {
    Batch.Result fd =
        batch.call(
            "open",
            SyscallNumbers.OPEN,
            batch.string(path),
            flags | Fcntl.O_RDWR | Fcntl.O_CLOEXEC,
            OWNER_ONLY);
    batch.call("ftruncate", SyscallNumbers.FTRUNCATE, fd, size);
    // The owner first: a change of owner takes the set-user-id bit away.
    batch.call("fchown", SyscallNumbers.FCHOWN, fd, uid, gid);
    batch.call("fchmod", SyscallNumbers.FCHMOD, fd, mode & ~FileStat.S_IFMT);
    batch.call("dup3", SyscallNumbers.DUP3, fd, number, Fcntl.O_CLOEXEC);
    batch.call("close", SyscallNumbers.CLOSE, fd);
  }

  /** Gives one back the time of its last change, when its content is there. */
  static void restoreTime(long mtimeNanos, BatchRunner run, int number) throws CkptException {
    Batch batch = run.room(1, TIMES_BYTES);
    Batch.Data times = batch.space(TIMES_BYTES);
    batch.putLong(times, 8, UTIME_OMIT);
    batch.putLong(times, 16, Math.floorDiv(mtimeNanos, NANOS));
    batch.putLong(times, 24, Math.floorMod(mtimeNanos, NANOS));
    batch.call("utimensat", SyscallNumbers.UTIMENSAT, number, 0, times, 0);
  }
}
