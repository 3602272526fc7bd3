package dev.ckpt.core.kernel;

/**
 * Calls and numbers of pseudo terminals ({@code asm-generic/ioctls.h}, {@code asm/termbits.h}).
 * What is asked of the master side are the settings of the slave side.
 */
public final class PtyIoctl {
  /** Asks for the settings. */
  public static final long TCGETS2 = 0x802c542aL;

  /** Changes them. */
  public static final long TCSETS2 = 0x402c542bL;

  /** Keeps others from opening this side. */
  public static final long TIOCEXCL = 0x540cL;

  /** Makes this side the controlling terminal of the session that the caller leads. */
  public static final long TIOCSCTTY = 0x540eL;

  /** Asks for the size of the window. */
  public static final long TIOCGWINSZ = 0x5413L;

  /** Changes it. */
  public static final long TIOCSWINSZ = 0x5414L;

  /** How many bytes can be read from this side. */
  public static final long FIONREAD = 0x541bL;

  /** Turns packet mode on or off. */
  public static final long TIOCPKT = 0x5420L;

  /** Asks for the line discipline. */
  public static final long TIOCGETD = 0x5424L;

  /** Asks for the number in /dev/pts. */
  public static final long TIOCGPTN = 0x80045430L;

  /** Locks or unlocks the slave side. */
  public static final long TIOCSPTLCK = 0x40045431L;

  /** Whether packet mode is on. */
  public static final long TIOCGPKT = 0x80045438L;

  /** Whether the slave side is locked. */
  public static final long TIOCGPTLCK = 0x80045439L;

  /** Whether others are kept from opening this side. */
  public static final long TIOCGEXCL = 0x80045440L;

  /** Opens the slave side. */
  public static final long TIOCGPTPEER = 0x5441L;

  /** Size of {@code struct termios2}, bytes. */
  public static final int TERMIOS2_BYTES = 44;

  /** Where {@code struct termios2} has c_lflag, bytes. */
  public static final int C_LFLAG = 12;

  /** Bit of c_lflag: the reader gets whole lines. */
  public static final int ICANON = 2;

  /** Size of {@code struct winsize}, bytes. */
  public static final int WINSIZE_BYTES = 8;

  /** The usual line discipline. */
  public static final int N_TTY = 0;

  private PtyIoctl() {}
}
