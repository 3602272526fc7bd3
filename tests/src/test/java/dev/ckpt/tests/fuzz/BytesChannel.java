package dev.ckpt.tests.fuzz;

import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** Bytes that are read as a file. */
final class BytesChannel implements SeekableByteChannel {
  private final ByteBuffer bytes;
  private long position;

  BytesChannel(ByteBuffer bytes) {
    this.bytes = bytes.slice();
  }

  @Override
  public int read(ByteBuffer into) {
    if (position >= bytes.limit()) {
      return -1;
    }
    int len = (int) Math.min(into.remaining(), bytes.limit() - position);
    into.put(bytes.slice((int) position, len));
    position += len;
    return len;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() {
    return bytes.limit();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new NonWritableChannelException();
  }
}
