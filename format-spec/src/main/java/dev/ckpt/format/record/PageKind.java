package dev.ckpt.format.record;

/** Where the content of the pages of a {@link PageRun} is. */
public enum PageKind {
  /** In this page array. */
  DATA(1),
  /** Nowhere: they are all zero. */
  ZERO(2),
  /** In the parent image; not in version 1. */
  PARENT(3),
  /** With a server that is asked on demand; not in version 1. */
  LAZY(4),
  /** Compressed by itself; not in version 1, which has {@link PageArrayCompressed}. */
  COMPRESSED(5);

  private static final PageKind[] BY_NUMBER = values();

  private final int number;

  PageKind(int number) {
    this.number = number;
  }

  /** The number on disk. */
  public int number() {
    return number;
  }

  /** Whether format version 1 has it. */
  public boolean supported() {
    return this == DATA || this == ZERO;
  }

  /**
   * The kind of this number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static PageKind of(int number) {
    if (number < 1 || number > BY_NUMBER.length) {
      throw new IllegalArgumentException("kind must be 1 to 5, found " + number);
    }
    return BY_NUMBER[number - 1];
  }
}
