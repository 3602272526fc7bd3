package dev.ckpt.cli;

import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.image.ImageWindow;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;

/**
 * An image in a file without a name, which nobody ever sees: another is made of it.
 *
 * <p>Whoever made the file closes it.
 */
class UnseenOutput implements ImageOutput {
  private final ImageFileOutput file;
  private final RevocableOutput wanted;

  /**
   * Makes one.
   *
   * @param file where it is written
   * @param wanted the one to be, which knows whether this is of use still
   */
  UnseenOutput(ImageFileOutput file, RevocableOutput wanted) {
    this.file = file;
    this.wanted = wanted;
  }

  @Override
  public final WritableByteChannel channel() {
    return file.channel();
  }

  @Override
  public final boolean isPrompt() {
    return file.isPrompt();
  }

  @Override
  public final Optional<ImageWindow> window(long lenBytes) throws IOException {
    return file.window(lenBytes);
  }

  @Override
  public final void requireWanted() throws IOException {
    wanted.requireWanted();
  }

  /** What nobody sees need not survive anything. */
  @Override
  public void sync() {}

  @Override
  public void publish() throws IOException {
    file.trim();
    requireWanted();
  }

  @Override
  public final void close() {}
}
