package dev.ckpt.cli;

import dev.ckpt.core.thread.Pace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A channel that is written to no faster than at some pace.
 *
 * @param channel whoever made it closes it
 */
record PacedChannel(WritableByteChannel channel, Pace pace) implements WritableByteChannel {
  @Override
  public int write(ByteBuffer source) throws IOException {
    pace.await(source.remaining());
    return channel.write(source);
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {}
}
