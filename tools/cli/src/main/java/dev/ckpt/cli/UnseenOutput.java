package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.UnnamedOutput;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.KeySource;
import java.io.IOException;

/** An image that nobody ever sees: another is made of it. */
class UnseenOutput extends UnnamedOutput {
  private final RevocableOutput wanted;

  /**
   * Makes one.
   *
   * @param file where it is written; closed by whoever made it
   * @param wanted the one to be, which knows whether this is of use still
   */
  UnseenOutput(ImageFileOutput file, RevocableOutput wanted) {
    super(file);
    this.wanted = wanted;
  }

  /** Opens what was written into such a file, which may be published or not. */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static ImageFile open(ImageFileOutput file, KeySource keys) throws IOException {
    return ImageFile.of(file.reopen(), keys);
  }

  @Override
  public final void requireWanted() throws IOException {
    wanted.requireWanted();
  }

  @Override
  public void publish() throws IOException {
    super.publish();
    requireWanted();
  }
}
