package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileTty;

/**
 * The slave side of a pseudo terminal, with its settings and size; by its own name, or as the
 * controlling terminal, {@code /dev/tty}.
 */
final class Terminal implements FileKind {
  private static final int TTYAUX_MAJOR = 5;
  private static final int PTY_SLAVE_FIRST_MAJOR = 136;
  private static final int PTY_SLAVE_LAST_MAJOR = 143;
  private static final long TCGETS = 0x5401;
  private static final long TIOCGWINSZ = 0x5413;
  private static final int TERMIOS_BYTES = 36;
  private static final int WINSIZE_BYTES = 8;

  /**
   * Whether a device is a pseudo terminal's slave side.
   *
   * @param controlling the task's controlling terminal, as {@code /proc/PID/stat} has it; 0: none
   */
  static boolean isPtySlave(FileStat stat, int controlling) {
    // The middle bits of a tty_nr are the major number (proc_pid_stat(5)).
    return isPtySlave(stat.rdevMajor()) || isDevTty(stat) && isPtySlave(controlling >>> 8 & 0xfff);
  }

  private static boolean isDevTty(FileStat stat) {
    return stat.rdevMajor() == TTYAUX_MAJOR && stat.rdevMinor() == 0;
  }

  private static boolean isPtySlave(int major) {
    return major >= PTY_SLAVE_FIRST_MAJOR && major <= PTY_SLAVE_LAST_MAJOR;
  }

  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    NativeBuffer termios = NativeBuffer.allocate(TERMIOS_BYTES);
    NativeBuffer size = NativeBuffer.allocate(WINSIZE_BYTES);
    boolean hungUp = false;
    try (Fd tty = files.duplicate(file)) {
      tty.ioctl(TCGETS, termios.address());
      tty.ioctl(TIOCGWINSZ, size.address());
    } catch (SyscallException e) {
      // A terminal that was closed: the restored task gets another one with its own settings.
      if (e.errno() != Errno.EIO) {
        throw e;
      }
      hungUp = true;
    }
    FileStat stat = file.stat();
    return files
        .context()
        .addTarget(
            new FileTty(
                file.link(),
                stat.rdevMajor(),
                stat.rdevMinor(),
                file.flags(),
                ByteString.of(hungUp ? new byte[0] : termios.getBytes(0, TERMIOS_BYTES)),
                size.getInt(0) & 0xffff,
                size.getInt(0) >>> 16,
                size.getInt(4) & 0xffff,
                size.getInt(4) >>> 16));
  }
}
