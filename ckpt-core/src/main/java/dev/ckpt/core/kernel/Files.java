package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Calls on files that Java's own library cannot express: paths that are bytes, nameless files,
 * links that refuse to overwrite.
 */
public final class Files {
  /** As a mode of access: execute, or look into a folder. */
  public static final int X_OK = 1;

  /** As a mode of access: write. */
  public static final int W_OK = 2;

  private static final int PATH_MAX = 4096;

  /** {@code linux/fs.h}. */
  private static final int RENAME_NOREPLACE = 1;

  private Files() {}

  /** A path as bytes; our own paths are UTF-8. */
  public static byte[] bytes(String path) {
    return path.getBytes(StandardCharsets.UTF_8);
  }

  /** A path as text for messages. */
  static String text(byte[] path) {
    return "\"" + new String(path, StandardCharsets.UTF_8) + "\"";
  }

  /** The bytes with the zero that ends a C string. */
  static byte[] cString(byte[] text) {
    for (byte b : text) {
      if (b == 0) {
        throw new IllegalArgumentException("a path holds a zero byte: " + text(text));
      }
    }
    return Arrays.copyOf(text, text.length + 1);
  }

  /** linkat(2): gives an O_TMPFILE file its name; refuses to overwrite. */
  public static void link(Fd file, byte[] newPath) throws SyscallException {
    byte[] self = bytes("/proc/self/fd/" + file.number());
    Call.check(
        LibC.linkat(
            Fcntl.AT_FDCWD,
            cString(self),
            Fcntl.AT_FDCWD,
            cString(newPath),
            Fcntl.AT_SYMLINK_FOLLOW),
        "",
        "linkat",
        text(self),
        text(newPath));
  }

  /** renameat(2). */
  public static void rename(byte[] from, byte[] to) throws SyscallException {
    Call.check(
        LibC.renameat(Fcntl.AT_FDCWD, cString(from), Fcntl.AT_FDCWD, cString(to)),
        "",
        "renameat",
        text(from),
        text(to));
  }

  /** renameat2(2): refuses to overwrite; not every file system can (EINVAL). */
  public static void renameNoReplace(byte[] from, byte[] to) throws SyscallException {
    NativeBuffer old = NativeBuffer.of(cString(from));
    NativeBuffer fresh = NativeBuffer.of(cString(to));
    Call.check(
        LibC.syscall(
            Numbers.RENAMEAT2,
            Fcntl.AT_FDCWD,
            old.address(),
            Fcntl.AT_FDCWD,
            fresh.address(),
            RENAME_NOREPLACE,
            0),
        "",
        "renameat2",
        text(from),
        text(to),
        "RENAME_NOREPLACE");
    Reference.reachabilityFence(old);
    Reference.reachabilityFence(fresh);
  }

  /** unlinkat(2) of a file. */
  public static void unlink(byte[] path) throws SyscallException {
    Call.check(LibC.unlinkat(Fcntl.AT_FDCWD, cString(path), 0), "", "unlinkat", text(path));
  }

  /** unlinkat(2) of an empty folder. */
  public static void removeFolder(byte[] path) throws SyscallException {
    Call.check(
        LibC.unlinkat(Fcntl.AT_FDCWD, cString(path), Fcntl.AT_REMOVEDIR),
        "",
        "unlinkat",
        text(path),
        "AT_REMOVEDIR");
  }

  /**
   * faccessat(2): whether we may do something with a file.
   *
   * @param mode {@code W_OK} and others
   */
  public static void checkAccess(byte[] path, int mode) throws SyscallException {
    Call.check(LibC.faccessat(Fcntl.AT_FDCWD, cString(path), mode, 0), "", "faccessat", text(path));
  }

  /** readlink(2), as bytes. */
  public static byte[] readLink(byte[] path) throws SyscallException {
    NativeBuffer buffer = NativeBuffer.allocate(PATH_MAX);
    long n =
        Call.check(
            LibC.readlink(cString(path), buffer.address(), buffer.size()),
            "",
            "readlink",
            text(path));
    return buffer.getBytes(0, (int) n);
  }

  /** fdatasync(2). */
  public static void sync(Fd file) throws SyscallException {
    Call.check(LibC.fdatasync(file.number()), "", "fdatasync", file.number());
  }

  /** fchmod(2), which no umask has a part in. */
  public static void setMode(Fd file, int mode) throws SyscallException {
    Call.check(LibC.fchmod(file.number(), mode), "", "fchmod", file.number(), mode);
  }

  /** ftruncate(2). */
  public static void truncate(Fd file, long size) throws SyscallException {
    Call.check(LibC.ftruncate64(file.number(), size), "", "ftruncate", file.number(), size);
  }

  /**
   * fallocate(2): room on the disk, up to a size that the file then has.
   *
   * <p>NB: when there is not enough, the file may have got a part of it.
   */
  public static void allocate(Fd file, long size) throws SyscallException {
    Call.check(
        LibC.fallocate64(file.number(), 0, 0, size), "", "fallocate", file.number(), 0, 0, size);
  }

  /** lseek(2). */
  public static long seek(Fd file, long offset, int whence) throws SyscallException {
    return Call.check(
        LibC.lseek64(file.number(), offset, whence), "", "lseek", file.number(), offset, whence);
  }

  /** lseek(2) with SEEK_DATA or SEEK_HOLE; -1 where there is nothing more (ENXIO). */
  public static long seekSparse(Fd file, long offset, int whence) throws SyscallException {
    long at = LibC.lseek64(file.number(), offset, whence);
    if (at < 0 && Call.errno() == Errno.ENXIO) {
      return -1;
    }
    return Call.check(at, "", "lseek", file.number(), offset, whence);
  }

  /** memfd_create(2); executable where the kernel asks for that to be said. */
  @MustBeClosed
  public static Fd memfd(String name, int flags) throws SyscallException {
    NativeBuffer nameBytes = NativeBuffer.of(cString(bytes(name)));
    long fd = LibC.syscall(Numbers.MEMFD_CREATE, nameBytes.address(), flags, 0, 0, 0, 0);
    int errno = Call.errno();
    Reference.reachabilityFence(nameBytes);
    if (fd == -1) {
      throw Call.failure(errno, "", "memfd_create", name, flags);
    }
    return new Fd((int) fd);
  }

  /** tee(2): copies what stands in a pipe without taking it out; 0 when it is empty. */
  public static long tee(Fd from, Fd to, long lenBytes) throws SyscallException {
    final int nonBlock = 2;
    long n = LibC.tee(from.number(), to.number(), lenBytes, nonBlock);
    if (n < 0 && Call.errno() == Errno.EAGAIN) {
      return 0;
    }
    return Call.check(n, "", "tee", from.number(), to.number(), lenBytes);
  }

  /** splice(2): moves whole buffers from one pipe to another; 0 when none fits or none is there. */
  public static long splice(Fd from, Fd to, long lenBytes) throws SyscallException {
    final int nonBlock = 2;
    long n = LibC.splice(from.number(), 0, to.number(), 0, lenBytes, nonBlock);
    if (n < 0 && Call.errno() == Errno.EAGAIN) {
      return 0;
    }
    return Call.check(n, "", "splice", from.number(), to.number(), lenBytes);
  }

  /**
   * vmsplice(2): lets a pipe have bytes of ours without a copy, as many as it takes; 0 when it is
   * full. They must not change until they were read.
   */
  public static long vmsplice(Fd to, long address, long lenBytes) throws SyscallException {
    final int nonBlock = 2;
    NativeBuffer iovec = NativeBuffer.allocate(2 * Long.BYTES);
    iovec.putLong(0, address);
    iovec.putLong(Long.BYTES, lenBytes);
    long n = LibC.syscall(Numbers.VMSPLICE, to.number(), iovec.address(), 1, nonBlock, 0, 0);
    if (n < 0 && Call.errno() == Errno.EAGAIN) {
      return 0;
    }
    return Call.check(n, "", "vmsplice", to.number(), address, lenBytes);
  }

  /** Whether nothing of a file may be mapped executable, for its mount says so (noexec). */
  public static boolean isNoExec(Fd file) throws SyscallException {
    final int statfsBytes = 120;
    // struct statfs: f_flags 80
    final int flags = 80;
    final long stNoExec = 0x8;
    NativeBuffer statfs = NativeBuffer.allocate(statfsBytes);
    Call.check(
        LibC.syscall(Numbers.FSTATFS, file.number(), statfs.address(), 0, 0, 0, 0),
        "",
        "fstatfs",
        file.number());
    boolean noExec = (statfs.getLong(flags) & stNoExec) != 0;
    Reference.reachabilityFence(statfs);
    return noExec;
  }

  /** Whether a descriptor of ours is a terminal. */
  public static boolean isTty(int fd) {
    return LibC.isatty(fd) == 1;
  }
}
