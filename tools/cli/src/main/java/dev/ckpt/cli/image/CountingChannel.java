package dev.ckpt.cli.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** A channel that knows how many bytes came through it; whoever made the other one closes it. */
final class CountingChannel implements ReadableByteChannel {
  private final ReadableByteChannel source;
  private long bytes;

  CountingChannel(ReadableByteChannel source) {
    this.source = source;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    int nr = source.read(target);
    bytes += Math.max(nr, 0);
    return nr;
  }

  @Override
  public boolean isOpen() {
    return source.isOpen();
  }

  @Override
  public void close() {}
}
