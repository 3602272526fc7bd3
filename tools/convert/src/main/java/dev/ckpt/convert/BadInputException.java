package dev.ckpt.convert;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.FailureCode;

/** A file that is to become an image is not what its format allows. */
public final class BadInputException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final long offset;
  private final String object;

  private BadInputException(Code code, Place place, String what) {
    super(code, place + ": " + what);
    this.offset = place.offset();
    this.object = place.object();
  }

  /**
   * Where something is.
   *
   * @param file what people call it
   * @param offset in bytes from its first one
   * @param line the same for people, or empty where there are no lines
   * @param object in which object, and in which field of it
   */
  public record Place(String file, long offset, String line, String object) {
    @Override
    public String toString() {
      String where = line.isEmpty() ? "offset " + offset : line + " (offset " + offset + ")";
      return file + ": " + where + ": " + object;
    }
  }

  /** Says what stands where, and what should. */
  public static BadInputException of(Place place, String expected, String actual) {
    return new BadInputException(
        FailureCode.CONVERT_INPUT, place, "expected " + expected + ", found " + actual);
  }

  /** Says which rule does not hold at a place. */
  public static BadInputException of(Place place, RuntimeException rule) {
    BadInputException bad =
        new BadInputException(FailureCode.CONVERT_INPUT, place, String.valueOf(rule.getMessage()));
    bad.initCause(rule);
    return bad;
  }

  /** Says that something newer has written it. */
  public static BadInputException newer(Place place, long version, int newest) {
    return new BadInputException(
        FailureCode.CONVERT_VERSION,
        place,
        "version " + version + ", and this build reads 1 to " + newest);
  }

  /** Where in the file. */
  public long offset() {
    return offset;
  }

  /** In which object and field of it. */
  public String object() {
    return object;
  }
}
