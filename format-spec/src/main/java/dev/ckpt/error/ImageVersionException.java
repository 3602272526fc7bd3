package dev.ckpt.error;

/** The image is whole, but of a format version that this build does not read. */
public final class ImageVersionException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final int actual;
  private final int min;
  private final int max;

  /**
   * Names the version that was found and the oldest and newest that can be read.
   *
   * @param actual an unsigned number
   */
  public ImageVersionException(int actual, int min, int max) {
    super(
        FailureCode.IMAGE_VERSION,
        "image format version "
            + Integer.toUnsignedString(actual)
            + ": this build reads "
            + min
            + " to "
            + max);
    this.actual = actual;
    this.min = min;
    this.max = max;
  }

  /** Version of the image, unsigned. */
  public int actual() {
    return actual;
  }

  /** Oldest version that can be read. */
  public int min() {
    return min;
  }

  /** Newest version that can be read. */
  public int max() {
    return max;
  }
}
