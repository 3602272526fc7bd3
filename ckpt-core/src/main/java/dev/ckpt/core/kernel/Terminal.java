package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;

/**
 * The controlling terminal of our process, if there is one: its foreground group and its settings.
 *
 * <p>It is opened for each call, so that it is the right one whatever our descriptors lead to, and
 * nothing is left open. Source: tty(4), credentials(7).
 */
public final class Terminal {
  private static final String OURS = "/dev/tty";

  /** Asks for the settings. */
  static final long TCGETS = 0x5401;

  /** Changes them. */
  static final long TCSETS = 0x5402;

  private static final long TIOCGWINSZ = 0x5413;
  private static final int WINSIZE_BYTES = 8;

  /** Size of the kernel's struct termios, bytes. */
  public static final int TERMIOS_BYTES = 36;

  /** What there is instead of a foreground group where there is no terminal. */
  private static final int NO_GROUP = -1;

  private Terminal() {}

  /** How large its window is, in characters; 0 where nobody has said. */
  public record Window(int rows, int cols) {}

  /** Our own process group. */
  public static int ownGroup() {
    return LibC.getpgrp();
  }

  /** Whether a failed call means that there is no terminal, or none any more. */
  public static boolean hungUp(SyscallException e) {
    return switch (e.errno()) {
      case Errno.ENXIO, Errno.ENOENT, Errno.ENOTTY, Errno.EIO -> true;
      default -> false;
    };
  }

  /** Opens it. */
  @MustBeClosed
  static Fd open() throws SyscallException {
    return Fd.open(OURS, Fcntl.O_RDWR | Fcntl.O_NOCTTY);
  }

  /** Whether we have one. */
  public static boolean exists() throws SyscallException {
    return foreground() != NO_GROUP;
  }

  /** Whether we are in its foreground. */
  public static boolean isOurs() throws SyscallException {
    return foreground() == ownGroup();
  }

  /** Whether somebody else is in its foreground: what we would write there is in the way. */
  public static boolean isAnothers() throws SyscallException {
    int group = foreground();
    return group != NO_GROUP && group != ownGroup();
  }

  /** Its foreground group, or -1 where there is no terminal. */
  public static int foreground() throws SyscallException {
    try (Fd tty = open()) {
      return LibC.tcgetpgrp(tty.number());
    } catch (SyscallException e) {
      if (hungUp(e)) {
        return NO_GROUP;
      }
      throw e;
    }
  }

  /**
   * Makes a group of our session the foreground group. NB: from the background the kernel would
   * stop us with SIGTTOU; this thread blocks that signal meanwhile, which is the allowed way.
   */
  public static void setForeground(int group) throws SyscallException {
    long old = Signals.block(Signals.bit(Signals.SIGTTOU));
    try (Fd tty = open()) {
      Call.check(LibC.tcsetpgrp(tty.number(), group), "", "tcsetpgrp", OURS, group);
    } finally {
      Signals.setMask(old);
    }
  }

  /** Its window. */
  public static Window window() throws SyscallException {
    NativeBuffer winsize = NativeBuffer.allocate(WINSIZE_BYTES);
    try (Fd tty = open()) {
      tty.ioctl(TIOCGWINSZ, winsize.address());
    }
    // struct winsize: ws_row 0 (u16), ws_col 2 (asm-generic/termios.h)
    int both = winsize.getInt(0);
    return new Window(both & 0xffff, both >>> 16);
  }

  /** Its settings, as raw struct termios. */
  public static byte[] settings() throws SyscallException {
    NativeBuffer termios = NativeBuffer.allocate(TERMIOS_BYTES);
    try (Fd tty = open()) {
      tty.ioctl(TCGETS, termios.address());
    }
    return termios.getBytes(0, TERMIOS_BYTES);
  }

  /** Changes its settings. */
  public static void apply(byte[] settings) throws SyscallException {
    long old = Signals.block(Signals.bit(Signals.SIGTTOU));
    try (Fd tty = open()) {
      NativeBuffer termios = NativeBuffer.of(settings);
      tty.ioctl(TCSETS, termios.address());
      Reference.reachabilityFence(termios);
    } finally {
      Signals.setMask(old);
    }
  }
}
