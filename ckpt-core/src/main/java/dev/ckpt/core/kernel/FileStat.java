package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;

/**
 * What statx(2) says of a file.
 *
 * @param dev device the file is on, as major shifted left by 32, or-ed with minor
 * @param ino inode number
 * @param mode type and permissions ({@code S_IFMT} and others)
 * @param nlink number of hard links
 * @param size bytes
 * @param mtimeNanos time of last change of content, nanoseconds since 1970
 * @param rdevMajor device number when it is a device itself
 * @param rdevMinor the same, minor
 * @param blockBytes preferred block size; the page size of a huge page file
 * @param uid owner
 * @param gid group
 * @param blocks space that its content takes, in units of 512 bytes
 */
public record FileStat(
    long dev,
    long ino,
    int mode,
    int nlink,
    long size,
    long mtimeNanos,
    int rdevMajor,
    int rdevMinor,
    int blockBytes,
    int uid,
    int gid,
    long blocks) {
  public static final int S_IFMT = 0170000;
  public static final int S_IFIFO = 0010000;
  public static final int S_IFCHR = 0020000;
  public static final int S_IFDIR = 0040000;
  public static final int S_IFBLK = 0060000;
  public static final int S_IFREG = 0100000;
  public static final int S_IFLNK = 0120000;
  public static final int S_IFSOCK = 0140000;

  private static final long NANOS = 1_000_000_000L;
  private static final int STATX_BYTES = 256;
  private static final int STATX_BASIC_STATS = 0x7ff;

  /** Follows links; a path such as /proc/PID/fd/5 leads to the very file that is open there. */
  public static FileStat of(byte[] path) throws SyscallException {
    return of(path, 0);
  }

  /** Does not follow a link that the path itself is. */
  public static FileStat ofLink(byte[] path) throws SyscallException {
    return of(path, Fcntl.AT_SYMLINK_NOFOLLOW);
  }

  private static FileStat of(byte[] path, int flags) throws SyscallException {
    NativeBuffer name = NativeBuffer.of(Files.cString(path));
    NativeBuffer raw = NativeBuffer.allocate(STATX_BYTES);
    Call.check(
        LibC.syscall(
            Numbers.STATX,
            Fcntl.AT_FDCWD,
            name.address(),
            flags,
            STATX_BASIC_STATS,
            raw.address(),
            0),
        "",
        "statx",
        Files.text(path));
    Reference.reachabilityFence(name);
    return parse(raw);
  }

  /** The same for a path of ours. */
  public static FileStat of(String path) throws SyscallException {
    return of(Files.bytes(path));
  }

  private static FileStat parse(NativeBuffer raw) {
    // struct statx: blksize 4, nlink 16, uid 20, gid 24, mode 28 (u16), ino 32, size 40, blocks 48,
    // mtime 112 (s64, u32), rdev 128 and 132, dev 136 and 140 (linux/stat.h)
    return new FileStat(
        ((long) raw.getInt(136) << 32) | Integer.toUnsignedLong(raw.getInt(140)),
        raw.getLong(32),
        raw.getInt(28) & 0xffff,
        raw.getInt(16),
        raw.getLong(40),
        raw.getLong(112) * NANOS + Integer.toUnsignedLong(raw.getInt(120)),
        raw.getInt(128),
        raw.getInt(132),
        raw.getInt(4),
        raw.getInt(20),
        raw.getInt(24),
        raw.getLong(48));
  }

  /** The file's type alone. */
  public int type() {
    return mode & S_IFMT;
  }

  /** Whether it is the same file as another. */
  public boolean sameFile(FileStat other) {
    return dev == other.dev && ino == other.ino;
  }
}
