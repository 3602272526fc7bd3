package dev.ckpt.format;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.Seal;
import java.io.IOException;

/** Where readers get the key of a sealed image from; asked only where an image is sealed. */
@FunctionalInterface
public interface KeySource {
  /** There is no key. */
  KeySource NONE =
      seal -> {
        throw new CkptException(
            FailureCode.IMAGE_SEALED, "the image is sealed, and no key was given");
      };

  /**
   * The key of an image; it stays the source's, and open as long as images are read with it.
   *
   * @throws CkptException {@link FailureCode#IMAGE_SEALED} when there is none of this kind, {@link
   *     FailureCode#IMAGE_KEY} when it is not that of the image
   */
  ImageKey keyOf(Seal seal) throws IOException;
}
