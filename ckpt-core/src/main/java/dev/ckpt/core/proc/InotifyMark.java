package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * One file that an inotify instance watches, from {@code /proc/PID/fdinfo/N}.
 *
 * <p>Source: inotify_fdinfo in fs/notify/fdinfo.c.
 *
 * @param wd the watch descriptor
 * @param ino inode of the file
 * @param devMajor of its file system
 * @param devMinor the same
 * @param mask IN_ bits; IN_ONESHOT and IN_EXCL_UNLINK only since Linux 5.19
 * @param handle by which open_by_handle_at(2) finds it, where its file system has such
 */
public record InotifyMark(
    int wd, long ino, int devMajor, int devMinor, int mask, Optional<Handle> handle) {
  private static final int MINOR_BITS = 20;

  /** A struct file_handle. */
  public record Handle(int type, ByteString bytes) {}

  /** All of them, in no order. */
  public static List<InotifyMark> of(FdInfo info) throws ProcFormatException {
    List<InotifyMark> marks = new ArrayList<>();
    for (TextCursor in : info.lines("inotify wd:")) {
      final int wd = in.hexInt();
      in.expect(" ino:");
      final long ino = in.hex();
      in.expect(" sdev:");
      // NB: as the kernel has it inside, not as stat(2) gives it.
      final int dev = in.hexInt();
      in.expect(" mask:");
      final int mask = in.hexInt();
      in.expect(" ignored_mask:");
      in.hex();
      in.skipSpaces();
      marks.add(
          new InotifyMark(
              wd, ino, dev >>> MINOR_BITS, dev & (1 << MINOR_BITS) - 1, mask, handle(in)));
    }
    return marks;
  }

  private static Optional<Handle> handle(TextCursor in) throws ProcFormatException {
    if (!in.accept("fhandle-bytes:")) {
      return Optional.empty();
    }
    final int length = in.hexInt();
    in.expect(" fhandle-type:");
    final int type = in.hexInt();
    in.expect(" f_handle:");
    String hex = in.word();
    if (hex.length() != 2L * length || !hex.matches("[0-9a-f]+")) {
      throw in.bad("want " + length + " bytes in hexadecimal");
    }
    return Optional.of(new Handle(type, ByteString.of(HexFormat.of().parseHex(hex))));
  }
}
