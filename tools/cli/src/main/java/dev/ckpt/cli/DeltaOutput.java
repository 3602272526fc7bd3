package dev.ckpt.cli;

import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageDelta;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.SealSecret;
import dev.ckpt.format.record.ParentImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * An image that is to have no page that another one has as it is: it is written whole, into a file
 * without a name, and compared when that is to be published.
 */
final class DeltaOutput extends RewrittenOutput {
  private final Path parent;
  private final KeySource keys;
  private final UUID uuid;
  private final ImageState parentState;

  /**
   * Opens the other one, which must be of the same process.
   *
   * @param whole where the whole image is written; closed by the caller
   * @param secret what that is sealed with, if at all
   * @param image the one to be; closed by the caller
   * @param parent the other one
   * @param keys asked if that is sealed
   */
  DeltaOutput(ImageFileOutput whole, SealSecret secret, NewImage image, Path parent, KeySource keys)
      throws IOException {
    super(whole, secret, image);
    this.parent = parent.toAbsolutePath().normalize();
    this.keys = keys;
    try (ImageFile file = ImageFile.open(parent, keys)) {
      parentState = file.state();
      uuid = parentState.header().uuid();
    } catch (CorruptImageException e) {
      throw new CkptException(e.code(), "parent image " + parent + ": " + e.getMessage(), e);
    }
  }

  /** Refuses an image of another process. */
  void requireOf(int pid) throws IOException {
    int theirs = parentState.task().pid();
    if (theirs != pid) {
      throw new CkptException(
          FailureCode.PARENT_OTHER,
          "image " + parent + " is of process " + theirs + ", not " + pid);
    }
  }

  /** Says how many pages are in the other one. */
  @Override
  long write(ImageFile plain, ImageWriter writer) throws IOException {
    ParentImage image = new ParentImage(ByteString.of(parent.toString()));
    return ImageDelta.write(plain, image, uuid, Parents.of(parent, keys), writer);
  }
}
