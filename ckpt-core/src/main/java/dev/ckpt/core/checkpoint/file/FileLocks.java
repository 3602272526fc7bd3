package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.proc.FdInfo;
import dev.ckpt.core.proc.FileLock;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileLockKind;

/**
 * Locks and leases of the target's open files.
 *
 * <p>A POSIX lock belongs to the process and the inode, the others to the open file description.
 * fdinfo has each at one description, that through which it was taken: a POSIX lock goes when any
 * descriptor of its file is closed, so that one is still open (fs/locks.c, locks_remove_posix).
 * Locks that are only waited for are no state: whoever waits makes its call again.
 */
final class FileLocks {
  private FileLocks() {}

  /** Refuses what cannot be set again as it is; whether there was anything. */
  static boolean refuse(Refusals refusals, String name, FdInfo info) {
    int before = refusals.list().size();
    for (FileLock lock : info.locks()) {
      refusals.addIf(
          lock.mode() == FileLock.Mode.BREAKING,
          RefusalCode.LEASE_BREAKING,
          name + " holds a lease that another process waits for",
          "release it, or try again later");
      refusals.addIf(
          lock.mode() != FileLock.Mode.BREAKING && !isKnown(lock),
          RefusalCode.FD_LOCK,
          name + " holds a lock of an unknown kind (" + lock.type() + " " + lock.mode() + ")",
          "release it before the dump");
    }
    return refusals.list().size() > before;
  }

  private static boolean isKnown(FileLock lock) {
    boolean held = lock.access() == FileLock.Access.READ || lock.access() == FileLock.Access.WRITE;
    return switch (lock.type()) {
      case FLOCK, POSIX, OFDLCK -> held && lock.mode() == FileLock.Mode.ADVISORY;
      case LEASE -> held && lock.mode() == FileLock.Mode.ACTIVE;
      default -> false;
    };
  }

  /** Whether a description holds a write lease. */
  static boolean holdsWriteLease(OpenFile file) {
    return file.info().locks().stream()
        .anyMatch(
            lock -> lock.type() == FileLock.Type.LEASE && lock.access() == FileLock.Access.WRITE);
  }

  /**
   * Adds the records of what a description holds.
   *
   * @param objref the description's record
   */
  static void save(CkptContext context, int objref, OpenFile file) {
    for (FileLock lock : file.info().locks()) {
      context.add(
          new dev.ckpt.format.record.FileLock(
              objref,
              kind(lock.type()),
              lock.access() == FileLock.Access.WRITE
                  ? dev.ckpt.format.record.FileLock.F_WRLCK
                  : dev.ckpt.format.record.FileLock.F_RDLCK,
              lock.start(),
              lock.end().orElse(dev.ckpt.format.record.FileLock.TO_THE_END)));
    }
  }

  private static FileLockKind kind(FileLock.Type type) {
    return switch (type) {
      case FLOCK -> FileLockKind.FLOCK;
      case POSIX -> FileLockKind.POSIX;
      case OFDLCK -> FileLockKind.OFDLCK;
      case LEASE -> FileLockKind.LEASE;
      default -> throw new IllegalStateException("a lock that was not refused: " + type);
    };
  }
}
