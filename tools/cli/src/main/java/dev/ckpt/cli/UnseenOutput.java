package dev.ckpt.cli;

import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.UnnamedOutput;
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
