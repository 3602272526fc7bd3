package dev.ckpt.format.record;

/** How the pages of a {@link PageArrayCompressed} are compressed. */
public enum PageCodec {
  /** One block of LZ4: fast. */
  LZ4(1),
  /** Frames of Zstandard: small. */
  ZSTD(2);

  private static final PageCodec[] BY_NUMBER = values();

  private final int number;

  PageCodec(int number) {
    this.number = number;
  }

  /** The number on disk. */
  public int number() {
    return number;
  }

  /**
   * The codec of this number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static PageCodec of(int number) {
    if (number < 1 || number > BY_NUMBER.length) {
      throw new IllegalArgumentException("codec must be 1 or 2, found " + number);
    }
    return BY_NUMBER[number - 1];
  }
}
