package dev.ckpt.error;

/**
 * The image holds an object of a type that this build does not know and that must not be skipped:
 * it was written by something newer.
 */
public final class UnknownObjectException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final long offset;
  private final int type;

  /** Names the type number and the offset of the object's header in the stream. */
  public UnknownObjectException(long offset, int type) {
    super(
        FailureCode.IMAGE_UNKNOWN_OBJECT,
        "image offset "
            + offset
            + ": object type "
            + type
            + " is unknown to this build and may not be skipped");
    this.offset = offset;
    this.type = type;
  }

  /** Where in the stream the object begins. */
  public long offset() {
    return offset;
  }

  /** Its type number. */
  public int type() {
    return type;
  }
}
