package dev.ckpt.core.image;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;

/**
 * An image in a file that never gets its name, for whoever reads it while the file is open.
 *
 * <p>Whoever made the file closes it.
 */
public class UnnamedOutput implements ImageOutput {
  private final ImageFileOutput file;

  /** Writes to a file. */
  public UnnamedOutput(ImageFileOutput file) {
    this.file = file;
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

  /** It need not survive anything. */
  @Override
  public void sync() {}

  /** It is whole; nobody sees that. */
  @Override
  public void publish() throws IOException {
    file.trim();
  }

  @Override
  public final void close() {}
}
