package dev.ckpt.format;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.ParentImage;
import java.io.IOException;
import java.util.UUID;

/** Where images that others build on come from. */
@FunctionalInterface
public interface ParentSource {
  /** Has none. */
  ParentSource NONE =
      (parent, uuid) -> {
        throw new CkptException(
            FailureCode.PARENT_MISSING,
            "the image builds on " + parent.path() + ", which is not at hand");
      };

  /**
   * Opens such an image.
   *
   * @param parent what is said of it
   * @param uuid which one it is
   * @throws CkptException with {@link FailureCode#PARENT_MISSING} or {@link
   *     FailureCode#PARENT_OTHER} if it is not found
   */
  @MustBeClosed
  ImageFile open(ParentImage parent, UUID uuid) throws IOException;
}
