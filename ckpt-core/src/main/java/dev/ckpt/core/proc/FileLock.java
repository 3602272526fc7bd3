package dev.ckpt.core.proc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One file lock, from {@code /proc/locks} or a {@code lock:} line of fdinfo.
 *
 * <p>Source: lock_get_status in fs/locks.c.
 *
 * @param id number of the lock in its list; waiters have that of the lock they wait for
 * @param waiting whether it is only being waited for
 * @param pid who took it; -1 for {@code OFDLCK}, which belongs to no task
 * @param file the inode it is on, if the kernel names it
 * @param end last byte of the range; empty to the end of the file
 */
public record FileLock(
    long id,
    boolean waiting,
    Type type,
    Mode mode,
    Access access,
    int pid,
    Optional<Inode> file,
    long start,
    Optional<Long> end) {

  /** How it was taken: flock(2), fcntl(2), an open file description lock, a lease. */
  public enum Type {
    FLOCK,
    POSIX,
    OFDLCK,
    ACCESS,
    LEASE,
    DELEG,
    UNKNOWN
  }

  /** Whom it binds; for a lease how far it has gone. */
  public enum Mode {
    ADVISORY,
    MANDATORY,
    MSNFS,
    NOINODE,
    ACTIVE,
    BREAKING,
    BREAKER,
    UNKNOWN
  }

  /** What it allows. */
  public enum Access {
    READ,
    WRITE,
    UNLCK,
    RW,
    NONE
  }

  /** The file a lock is on. */
  public record Inode(int devMajor, int devMinor, long ino) {}

  /**
   * Parses all of {@code /proc/locks}.
   *
   * @throws ProcFormatException if a line is no lock
   */
  public static List<FileLock> parseAll(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("locks", text);
    List<FileLock> locks = new ArrayList<>();
    while (!in.atEnd()) {
      locks.add(read(in));
    }
    return List.copyOf(locks);
  }

  /** Reads one lock and its newline. */
  static FileLock read(TextCursor in) throws ProcFormatException {
    final long id = in.decimal();
    in.expect(": ");
    in.skipSpaces();
    final boolean waiting = in.accept("-> ");
    final Type type = oneOf(in, Type.values());
    final Mode mode = oneOf(in, Mode.values());
    final Access access = oneOf(in, Access.values());
    final int pid = in.signedInt();
    in.expect(' ');
    final Optional<Inode> file = inode(in);
    in.expect(' ');
    final long start = in.signed();
    in.expect(' ');
    final Optional<Long> end = in.accept("EOF") ? Optional.empty() : Optional.of(in.signed());
    in.expect('\n');
    return new FileLock(id, waiting, type, mode, access, pid, file, start, end);
  }

  private static Optional<Inode> inode(TextCursor in) throws ProcFormatException {
    if (in.accept("<none>:0")) {
      return Optional.empty();
    }
    int devMajor = in.hexInt();
    in.expect(':');
    int devMinor = in.hexInt();
    in.expect(':');
    return Optional.of(new Inode(devMajor, devMinor, in.decimal()));
  }

  private static <E extends Enum<E>> E oneOf(TextCursor in, E[] values) throws ProcFormatException {
    int start = in.pos();
    String word = in.word();
    for (E value : values) {
      if (word.equals(value == Mode.NOINODE ? "*NOINODE*" : value.name())) {
        in.expect(' ');
        in.skipSpaces();
        return value;
      }
    }
    in.seek(start);
    throw in.bad("a word about a lock that is not known");
  }
}
