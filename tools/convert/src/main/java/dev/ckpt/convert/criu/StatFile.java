package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A named file as it is now. CRIU notes its size and mode alone; an image says more, by which a
 * restore tells whether it is still the same.
 */
record StatFile(Map<String, Object> attributes) {
  private static final String ATTRIBUTES = "unix:dev,ino,mode,size,lastModifiedTime,uid,gid,rdev";

  static final int S_IFMT = 0170000;
  static final int S_IFREG = 0100000;
  static final int S_IFDIR = 0040000;
  static final int S_IFCHR = 0020000;
  static final int S_IFLNK = 0120000;

  private static final List<ByteString> KERNELS =
      List.of(ByteString.of("/proc/"), ByteString.of("/sys/"));

  /**
   * Looks at one, and opens nothing.
   *
   * @throws CkptException if it is not there
   */
  private static StatFile of(ByteString path, LinkOption... links) throws CkptException {
    try {
      return new StatFile(Files.readAttributes(Path.of(path.utf8()), ATTRIBUTES, links));
    } catch (IOException | InvalidPathException e) {
      throw new CkptException(
          FailureCode.CONVERT_INPUT,
          path
              + " is not there as it was: an image says more of a file than CRIU notes, so that it"
              + " has to be there ("
              + e.getClass().getSimpleName()
              + ")",
          e);
    }
  }

  /** The same of an open file, or of one that is mapped. */
  static StatFile of(Criu.RegFile reg) throws CkptException {
    ByteString path = Protos.bytes(reg.getName());
    if (isKernels(path) && reg.hasMode()) {
      // NB: those of the task itself are there when it is there again. Only the type counts.
      return new StatFile(
          Map.of(
              "dev",
              0L,
              "ino",
              0L,
              "mode",
              reg.getMode(),
              "size",
              0L,
              "uid",
              0,
              "gid",
              0,
              "rdev",
              0L,
              "lastModifiedTime",
              FileTime.fromMillis(0)));
    }
    boolean link = (reg.getMode() & S_IFMT) == S_IFLNK;
    return link ? of(path, LinkOption.NOFOLLOW_LINKS) : of(path);
  }

  /** Whether a file is of /proc or /sys: its size and time say nothing. */
  static boolean isKernels(ByteString path) {
    return KERNELS.stream().anyMatch(path::startsWith);
  }

  private long number(String name) {
    return ((Number) attributes.get(name)).longValue();
  }

  int mode() {
    return (int) number("mode");
  }

  long size() {
    return number("size");
  }

  int type() {
    return mode() & S_IFMT;
  }

  int rdevMajor() {
    return major(number("rdev"));
  }

  int rdevMinor() {
    return minor(number("rdev"));
  }

  FileRef ref(ByteString path, ByteString buildId) {
    long dev = number("dev");
    FileTime time = (FileTime) attributes.get("lastModifiedTime");
    return new FileRef(
        path,
        (long) major(dev) << Integer.SIZE | Integer.toUnsignedLong(minor(dev)),
        number("ino"),
        mode(),
        size(),
        time.to(TimeUnit.NANOSECONDS),
        buildId,
        (int) number("uid"),
        (int) number("gid"),
        false);
  }

  /** As gnu_dev_major of the C library takes a dev_t apart. */
  private static int major(long dev) {
    return (int) (dev >>> 8 & 0xfff | dev >>> 32 & ~0xfff);
  }

  private static int minor(long dev) {
    return (int) (dev & 0xff | dev >>> 12 & ~0xff);
  }
}
