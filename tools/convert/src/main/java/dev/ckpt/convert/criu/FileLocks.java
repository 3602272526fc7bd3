package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.FileLock;
import dev.ckpt.format.record.FileLockKind;
import java.util.Optional;

/**
 * Locks and leases of open files.
 *
 * <p>Source: criu/include/file-lock.h, criu/file-lock.c.
 */
final class FileLocks {
  /** file_lock_entry.flag. */
  private static final int FL_POSIX = 1;

  private static final int FL_FLOCK = 2;
  private static final int FL_OFD = 4;
  private static final int FL_LEASE = 8;

  private FileLocks() {}

  /**
   * A lock.
   *
   * @param fd a descriptor of its file
   */
  static Criu.FileLock toCriu(FileLock lock, int pid, int fd) {
    int flag =
        switch (lock.kind()) {
          case POSIX -> FL_POSIX;
          case FLOCK -> FL_FLOCK;
          case OFDLCK -> FL_OFD;
          case LEASE -> FL_LEASE;
        };
    return Criu.FileLock.newBuilder()
        .setFlag(flag)
        .setType(lock.access())
        .setPid(pid)
        .setFd(fd)
        .setStart(lock.start())
        .setLen(lock.end() == FileLock.TO_THE_END ? 0 : lock.end() - lock.start() + 1)
        .build();
  }

  private static Optional<FileLockKind> kind(Criu.FileLock lock) {
    return switch (lock.getFlag()) {
      case FL_POSIX -> Optional.of(FileLockKind.POSIX);
      case FL_FLOCK -> Optional.of(FileLockKind.FLOCK);
      case FL_OFD -> Optional.of(FileLockKind.OFDLCK);
      case FL_LEASE -> Optional.of(FileLockKind.LEASE);
      default -> Optional.empty();
    };
  }

  /** Whether an image can say it: no lease that is just being broken, and no mandatory lock. */
  static boolean isKnown(Criu.FileLock lock) {
    boolean access = lock.getType() == FileLock.F_RDLCK || lock.getType() == FileLock.F_WRLCK;
    return access && kind(lock).isPresent();
  }

  /**
   * A lock that an image can say.
   *
   * @param file the reference of its open file
   * @throws IllegalArgumentException if its range is none
   */
  static FileLock toCkpt(Criu.FileLock lock, int file) {
    boolean good = lock.getLen() >= 0 && lock.getStart() <= Long.MAX_VALUE - lock.getLen();
    if (!good) {
      throw new IllegalArgumentException(
          "a lock of " + lock.getLen() + " bytes from " + lock.getStart());
    }
    long end = lock.getLen() == 0 ? FileLock.TO_THE_END : lock.getStart() + lock.getLen() - 1;
    return new FileLock(file, kind(lock).orElseThrow(), lock.getType(), lock.getStart(), end);
  }
}
