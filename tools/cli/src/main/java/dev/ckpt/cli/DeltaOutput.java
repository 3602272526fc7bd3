package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageDelta;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.SealSecret;
import dev.ckpt.format.record.ParentImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * An image that is to have no page that another one has as it is: it is written whole, into a file
 * without a name, and compared when that is to be published.
 */
final class DeltaOutput extends UnseenOutput {
  private final ImageFileOutput whole;
  private final RevocableOutput image;
  private final Path parent;
  private final KeySource keys;
  private final SealSecret secret;
  private final Optional<ImageKey> key;
  private final UUID uuid;
  private final ImageState parentState;
  private boolean sync;
  private long imageBytes;
  private long nrEqual;

  /**
   * Opens the other one, which must be of the same process.
   *
   * @param whole where the whole image is written; closed by the caller
   * @param image the one to be; closed by the caller
   * @param parent the other one
   * @param keys asked if that is sealed
   * @param secret what the whole image is sealed with, if at all
   * @param key what the one to be is sealed with
   */
  DeltaOutput(
      ImageFileOutput whole,
      RevocableOutput image,
      Path parent,
      KeySource keys,
      SealSecret secret,
      Optional<ImageKey> key)
      throws IOException {
    super(whole, image);
    this.whole = whole;
    this.image = image;
    this.parent = parent.toAbsolutePath().normalize();
    this.keys = keys;
    this.secret = secret;
    this.key = key;
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
          Code.PARENT_OTHER, "image " + parent + " is of process " + theirs + ", not " + pid);
    }
  }

  /** Bytes of the image, once it is published. */
  long imageBytes() {
    return imageBytes;
  }

  /** How many pages are in the other one. */
  long nrEqual() {
    return nrEqual;
  }

  /** Of the one to be. */
  @Override
  public void sync() {
    sync = true;
  }

  @Override
  public void publish() throws IOException {
    super.publish();
    try (ImageFile file = open();
        ImageWriter writer = new ImageWriter(image.channel(), key)) {
      nrEqual =
          ImageDelta.write(
              file,
              new ParentImage(ByteString.of(parent.toString())),
              uuid,
              Parents.of(parent, keys),
              writer);
      if (sync) {
        image.sync();
      }
      image.publish();
      imageBytes = writer.offset();
    }
  }

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private ImageFile open() throws IOException {
    return ImageFile.of(whole.reopen(), secret);
  }
}
