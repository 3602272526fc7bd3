package dev.ckpt.rstr.file;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileLock;
import dev.ckpt.format.record.FileLockKind;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.rstr.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Sets locks and leases again, without waiting for whoever has them now.
 *
 * <p>NB: comes last of all that is done with files. Closing any descriptor of a file drops the
 * process's POSIX locks on it, and opening a file breaks a lease.
 */
final class FileLocks {
  private static final int FLOCK_BYTES = 32;

  private FileLocks() {}

  /** Looks for locks that somebody else holds now; the file itself is not touched. */
  static void check(Checks checks) throws CkptException {
    List<FileLock> wanted = checks.state().all(FileLock.class);
    if (wanted.isEmpty()) {
      return;
    }
    List<dev.ckpt.core.proc.FileLock> held = ProcFs.locks();
    for (FileLock lock : wanted) {
      Optional<FileRef> file = fileOf(checks, lock);
      if (file.isPresent()) {
        inTheWay(lock, file.get(), held).ifPresent(other -> refuse(checks, file.get(), other));
      }
    }
  }

  private static Optional<FileRef> fileOf(Checks checks, FileLock lock) throws CkptException {
    return checks.state().find(lock.file()).orElseThrow() instanceof FileRegular open
            && checks.state().find(open.file()).orElseThrow() instanceof FileRef file
        ? Optional.of(file)
        : Optional.empty();
  }

  private static void refuse(Checks checks, FileRef file, dev.ckpt.core.proc.FileLock other) {
    checks.refuse(
        RefusalCode.LOCK_TAKEN,
        file.path()
            + " is locked by "
            + (other.pid() > 0 ? "process " + other.pid() : "another process"),
        "end it, or wait until it has released the lock");
  }

  /** NB: where stat(2) shows another device than the kernel's locks, setting the lock tells. */
  private static Optional<dev.ckpt.core.proc.FileLock> inTheWay(
      FileLock lock, FileRef file, List<dev.ckpt.core.proc.FileLock> held) {
    FileStat now;
    try {
      now = FileStat.of(file.path().toByteArray());
    } catch (SyscallException e) {
      // FILE_GONE is said of it already.
      return Optional.empty();
    }
    return held.stream()
        .filter(other -> other.file().filter(inode -> isSame(inode, now)).isPresent())
        .filter(other -> conflicts(lock, other))
        .findFirst();
  }

  private static boolean isSame(dev.ckpt.core.proc.FileLock.Inode inode, FileStat file) {
    long dev = (long) inode.devMajor() << 32 | Integer.toUnsignedLong(inode.devMinor());
    return inode.ino() == file.ino() && dev == file.dev();
  }

  private static boolean conflicts(FileLock lock, dev.ckpt.core.proc.FileLock other) {
    boolean sameKind =
        switch (other.type()) {
          case FLOCK -> lock.kind() == FileLockKind.FLOCK;
          case POSIX, OFDLCK ->
              lock.kind() == FileLockKind.POSIX || lock.kind() == FileLockKind.OFDLCK;
          default -> false;
        };
    return sameKind
        && !other.waiting()
        && (lock.access() == FileLock.F_WRLCK
            || other.access() == dev.ckpt.core.proc.FileLock.Access.WRITE)
        && lock.start() <= other.end().orElse(FileLock.TO_THE_END)
        && other.start() <= lock.end();
  }

  /**
   * Takes them all, each through a descriptor that the task has at the end.
   *
   * @param inFlight those alone of files that it has none of, through the one that it has for the
   *     time being: they are of the description; or all others
   */
  static void restore(Files files, boolean inFlight) throws CkptException {
    List<String> taken = new ArrayList<>();
    for (FileLock lock : files.state().all(FileLock.class)) {
      OptionalInt last = files.finalFd(lock.file());
      if (last.isEmpty() != inFlight) {
        continue;
      }
      int fd = inFlight ? files.number(lock.file()) : last.getAsInt();
      Batch batch = files.run().room(1, FLOCK_BYTES);
      Batch.Result result = add(batch, lock, fd);
      files.run().flush();
      long errno = -batch.result(result);
      if (errno == Errno.EAGAIN || errno == Errno.EACCES) {
        taken.add("fd " + fd + " held a lock of kind " + lock.kind());
      } else if (errno > 0) {
        throw new SyscallException("", "lock", "fd " + fd + ", " + lock, (int) errno);
      }
    }
    if (!taken.isEmpty()) {
      throw new UnsupportedStateException(
          taken.stream()
              .map(
                  what ->
                      new Refusal(
                          RefusalCode.LOCK_TAKEN,
                          what + " that another process has now, or a lease on a file it has open",
                          "end it, or wait until it has released the file"))
              .toList());
    }
  }

  private static Batch.Result add(Batch batch, FileLock lock, int fd) {
    boolean exclusive = lock.access() == FileLock.F_WRLCK;
    return switch (lock.kind()) {
      case FLOCK ->
          batch.tryCall(
              "flock",
              SyscallNumbers.FLOCK,
              fd,
              (exclusive ? Fcntl.LOCK_EX : Fcntl.LOCK_SH) | Fcntl.LOCK_NB);
      case POSIX ->
          batch.tryCall(
              "fcntl(F_SETLK)", SyscallNumbers.FCNTL, fd, Fcntl.F_SETLK, range(batch, lock));
      case OFDLCK ->
          batch.tryCall(
              "fcntl(F_OFD_SETLK)",
              SyscallNumbers.FCNTL,
              fd,
              Fcntl.F_OFD_SETLK,
              range(batch, lock));
      case LEASE ->
          batch.tryCall(
              "fcntl(F_SETLEASE)", SyscallNumbers.FCNTL, fd, Fcntl.F_SETLEASE, lock.access());
    };
  }

  /** struct flock: type and whence, two bytes each, start 8, len 16, pid 24. */
  private static Batch.Data range(Batch batch, FileLock lock) {
    Batch.Data flock = batch.space(FLOCK_BYTES);
    batch.putInt(flock, 0, lock.access() | Fcntl.SEEK_SET << Short.SIZE);
    batch.putLong(flock, 8, lock.start());
    boolean open = lock.end() == FileLock.TO_THE_END;
    batch.putLong(flock, 16, open ? 0 : lock.end() - lock.start() + 1);
    return flock;
  }
}
