package dev.ckpt.core.image;

import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FdChannel;
import java.nio.channels.WritableByteChannel;

/** An image sent down a descriptor; its tail is its publication. */
public final class ImagePipeOutput implements ImageOutput {
  private final FdChannel channel;

  /** Takes ownership of the descriptor, which standard output is or was. */
  public ImagePipeOutput(Fd fd) {
    this.channel = new FdChannel(fd, "image on standard output");
  }

  @Override
  public WritableByteChannel channel() {
    return channel;
  }

  @Override
  public void publish() {
    // The last byte was accepted, or writing it had failed.
  }

  @Override
  public void sync() {
    // Not ours to say where the bytes went.
  }

  @Override
  public void close() {
    channel.close();
  }
}
