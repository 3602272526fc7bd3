package dev.ckpt.format.record;

/** How a {@link FileLock} was taken, in the words of /proc/locks. */
public enum FileLockKind {
  /** By flock(2): the open file description holds the whole file. */
  FLOCK(1),
  /** By fcntl(F_SETLK): the process holds a range. */
  POSIX(2),
  /** By fcntl(F_OFD_SETLK): the open file description holds a range. */
  OFDLCK(3),
  /** By fcntl(F_SETLEASE). */
  LEASE(4);

  private final int number;

  FileLockKind(int number) {
    this.number = number;
  }

  /** The number on disk. */
  public int number() {
    return number;
  }

  /**
   * The kind of this number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static FileLockKind of(int number) {
    return switch (number) {
      case 1 -> FLOCK;
      case 2 -> POSIX;
      case 3 -> OFDLCK;
      case 4 -> LEASE;
      default -> throw new IllegalArgumentException("kind must be 1 to 4, found " + number);
    };
  }
}
