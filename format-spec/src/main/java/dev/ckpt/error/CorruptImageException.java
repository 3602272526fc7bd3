package dev.ckpt.error;

/**
 * The bytes of an image are not what the format allows: damaged, cut off, or never an image.
 *
 * <p>Units: the offset counts bytes from the first one of the stream. It is where the object (or
 * the field, where that is known) begins; for a stream that was cut it is where the bytes end.
 */
public final class CorruptImageException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final long offset;
  private final String objectType;
  private final String expected;
  private final String actual;

  /**
   * Says what stands where, and what should.
   *
   * @param objectType name of the object type, or of the part of the stream, as SPEC.md has it
   */
  public CorruptImageException(long offset, String objectType, String expected, String actual) {
    super(
        FailureCode.IMAGE_CORRUPT,
        "image offset "
            + offset
            + ": "
            + objectType
            + ": expected "
            + expected
            + ", found "
            + actual);
    this.offset = offset;
    this.objectType = objectType;
    this.expected = expected;
    this.actual = actual;
  }

  /** Where in the stream. */
  public long offset() {
    return offset;
  }

  /** In which object or part of the stream. */
  public String objectType() {
    return objectType;
  }

  /** What the format asks for. */
  public String expected() {
    return expected;
  }

  /** What was there. */
  public String actual() {
    return actual;
  }
}
