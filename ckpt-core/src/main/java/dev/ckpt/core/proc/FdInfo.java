package dev.ckpt.core.proc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code /proc/PID/fdinfo/N}: position and flags of an open file, and what its kind adds.
 *
 * @param pos file position in bytes, as lseek has it
 * @param flags O_ flags of the open file description, and O_CLOEXEC if this fd has FD_CLOEXEC
 * @param mntId mount it was opened on, as in mountinfo
 * @param ino inode, since Linux 5.14
 * @param locks file locks that this open file holds
 * @param more further lines as they stand, each byte one char: {@code eventfd-count:}, {@code
 *     tfd:}, {@code inotify ...}, {@code sigmask:}, {@code clockid:}
 */
public record FdInfo(
    long pos, int flags, int mntId, OptionalLong ino, List<FileLock> locks, List<String> more) {

  private static final String FILE = "fdinfo";

  private static final int O_CLOEXEC = 02000000;

  /** Takes copies of the lists. */
  public FdInfo {
    locks = List.copyOf(locks);
    more = List.copyOf(more);
  }

  /** Whether exec closes this fd. */
  public boolean closeOnExec() {
    return (flags & O_CLOEXEC) != 0;
  }

  /** The flags of the open file description alone, as fcntl(F_GETFL) shows them. */
  public int fileFlags() {
    return flags & ~O_CLOEXEC;
  }

  /** The further lines that start so, without that start and the blanks behind it. */
  public List<String> moreAfter(String start) {
    return more.stream()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()).stripLeading())
        .toList();
  }

  /** A walk over what stands behind the start of each further line that starts so. */
  List<TextCursor> lines(String start) {
    return more.stream()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()).getBytes(StandardCharsets.ISO_8859_1))
        .map(rest -> new TextCursor(FILE, rest))
        .toList();
  }

  /** The same for a line that must be there once. */
  TextCursor line(String start) throws ProcFormatException {
    List<TextCursor> lines = lines(start);
    if (lines.size() != 1) {
      throw new ProcFormatException(
          FILE, 1, "want one line " + ProcFormatException.quote(start) + ", found " + lines.size());
    }
    return lines.get(0);
  }

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if it does not start with pos, flags and mnt_id, or a lock is not
   *     understood
   */
  public static FdInfo parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor(FILE, text);
    in.expect("pos:\t");
    final long pos = in.signed();
    in.expect("\nflags:\t0");
    final int flags = in.octalInt();
    in.expect("\nmnt_id:\t");
    final int mntId = in.signedInt();
    in.expect('\n');
    OptionalLong ino = OptionalLong.empty();
    if (in.accept("ino:\t")) {
      ino = OptionalLong.of(in.decimal());
      in.expect('\n');
    }
    List<FileLock> locks = new ArrayList<>();
    List<String> more = new ArrayList<>();
    while (!in.atEnd()) {
      if (in.accept("lock:\t")) {
        locks.add(FileLock.read(in));
      } else {
        more.add(new String(in.restOfLine(), StandardCharsets.ISO_8859_1));
      }
    }
    return new FdInfo(pos, flags, mntId, ino, locks, more);
  }
}
