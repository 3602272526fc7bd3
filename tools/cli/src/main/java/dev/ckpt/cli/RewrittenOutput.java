package dev.ckpt.cli;

import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.SealSecret;
import java.io.IOException;

/**
 * An image that is written plain, into a file without a name, and made into another when it is to
 * be published. So a task is frozen no longer for what that takes.
 */
abstract class RewrittenOutput extends UnseenOutput {
  private final ImageFileOutput whole;
  private final SealSecret secret;
  private final NewImage image;
  private boolean sync;
  private long number;
  private long imageBytes;

  /**
   * Makes one.
   *
   * @param whole where the plain image is written; closed by the caller
   * @param secret what that is sealed with, if at all
   * @param image the one to be; closed by the caller
   */
  RewrittenOutput(ImageFileOutput whole, SealSecret secret, NewImage image) {
    super(whole, image.output());
    this.whole = whole;
    this.secret = secret;
    this.image = image;
  }

  /** Makes the one to be; says how many of something there were. */
  abstract long write(ImageFile plain, ImageWriter writer) throws IOException;

  /** Bytes of the image, once it is published. */
  final long imageBytes() {
    return imageBytes;
  }

  /** How many of something there were. */
  final long number() {
    return number;
  }

  /** Of the one to be. */
  @Override
  public final void sync() {
    sync = true;
  }

  @Override
  public final void publish() throws IOException {
    super.publish();
    try (ImageFile plain = open(whole, secret)) {
      NewImage.Written written = image.write(writer -> write(plain, writer), sync, Pace.NONE);
      number = written.number();
      imageBytes = written.imageBytes();
    }
  }
}
