package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;

/** A terminal that one of our descriptors leads to: its foreground group and its settings. */
public final class Terminal {
  private static final long TCGETS = 0x5401;
  private static final long TCSETS = 0x5402;

  /** Size of the kernel's struct termios, bytes. */
  public static final int TERMIOS_BYTES = 36;

  private final int fd;

  /** Uses a descriptor that stays the caller's. */
  public Terminal(int fd) {
    this.fd = fd;
  }

  /** Our own process group. */
  public static int ownGroup() {
    return LibC.getpgrp();
  }

  /** Whether a failed call means that there is no terminal any more. */
  public static boolean hungUp(SyscallException e) {
    return e.errno() == Errno.ENOTTY || e.errno() == Errno.EIO;
  }

  /** Whether it is our controlling terminal and we are in its foreground. */
  public boolean isOurs() {
    return LibC.tcgetpgrp(fd) == LibC.getpgrp();
  }

  /**
   * Makes a group of our session the foreground group. NB: from the background the kernel would
   * stop us with SIGTTOU; this thread blocks that signal meanwhile, which is the allowed way.
   */
  public void setForeground(int group) throws SyscallException {
    long old = Signals.block(Signals.bit(Signals.SIGTTOU));
    try {
      Call.check(LibC.tcsetpgrp(fd, group), "", "tcsetpgrp", fd, group);
    } finally {
      Signals.setMask(old);
    }
  }

  /** Its settings, as raw struct termios. */
  public byte[] settings() throws SyscallException {
    NativeBuffer termios = NativeBuffer.allocate(TERMIOS_BYTES);
    Call.check(LibC.ioctl(fd, TCGETS, termios.address()), "", "ioctl(TCGETS)", fd);
    return termios.getBytes(0, TERMIOS_BYTES);
  }

  /** Changes its settings. */
  public void apply(byte[] settings) throws SyscallException {
    long old = Signals.block(Signals.bit(Signals.SIGTTOU));
    try {
      NativeBuffer termios = NativeBuffer.of(settings);
      Call.check(LibC.ioctl(fd, TCSETS, termios.address()), "", "ioctl(TCSETS)", fd);
      Reference.reachabilityFence(termios);
    } finally {
      Signals.setMask(old);
    }
  }
}
