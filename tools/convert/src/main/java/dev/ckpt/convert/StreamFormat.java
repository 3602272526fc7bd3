package dev.ckpt.convert;

import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import java.io.IOException;

/**
 * A format of files that have whatever an image has: what is made of one and back is the same.
 *
 * <p>Both ways go object by object: the memory that it takes depends on the largest one alone.
 */
public interface StreamFormat extends Format {
  /** Whether its files can have the pages of the memory in a second file beside them. */
  default boolean pagesBeside() {
    return true;
  }

  /**
   * Writes an image in this format.
   *
   * @param image from its first object; read up to its tail
   * @throws IOException if it is damaged; then what was written is worth nothing
   */
  void fromImage(ImageReader image, Target target) throws IOException;

  /**
   * Writes the image that a file of this format stands for, and finishes it.
   *
   * @throws BadInputException if it is not what the format allows
   */
  void toImage(Source source, ImageWriter image) throws IOException;
}
