package dev.ckpt.convert;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A stream into a channel, which gets direct buffers: the usual adapter hands it arrays, and a
 * descriptor cannot write those without a copy.
 *
 * <p>Closing it writes out what it holds back and leaves the channel open.
 */
public final class ChannelStream extends OutputStream {
  private static final int BUFFER_BYTES = 64 << 10;

  private final WritableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  /** Writes into a channel, which belongs to the caller. */
  public ChannelStream(WritableByteChannel channel) {
    this.channel = channel;
  }

  @Override
  public void write(int b) throws IOException {
    if (!buffer.hasRemaining()) {
      flush();
    }
    buffer.put((byte) b);
  }

  @Override
  public void write(byte[] bytes, int offset, int len) throws IOException {
    int at = offset;
    while (at < offset + len) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int part = Math.min(buffer.remaining(), offset + len - at);
      buffer.put(bytes, at, part);
      at += part;
    }
  }

  @Override
  public void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    flush();
  }
}
