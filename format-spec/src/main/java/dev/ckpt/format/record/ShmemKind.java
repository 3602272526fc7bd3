package dev.ckpt.format.record;

/** What kind of memory object a {@link Shmem} is. */
public enum ShmemKind {
  /** Shared anonymous memory: MAP_SHARED|MAP_ANONYMOUS or /dev/zero. */
  ANON(1),
  /** Made by memfd_create(2). */
  MEMFD(2);

  private final int number;

  ShmemKind(int number) {
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
  public static ShmemKind of(int number) {
    return switch (number) {
      case 1 -> ANON;
      case 2 -> MEMFD;
      default -> throw new IllegalArgumentException("kind must be 1 or 2, found " + number);
    };
  }
}
