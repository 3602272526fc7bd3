package dev.ckpt.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;

/** Reads a file from an offset on without moving the position of its channel. */
final class FileWindow implements ReadableByteChannel {
  private final FileChannel file;
  private long offset;

  FileWindow(FileChannel file) {
    this.file = file;
  }

  void offset(long newOffset) {
    offset = newOffset;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int nr = file.read(into, offset);
    offset += Math.max(nr, 0);
    return nr;
  }

  @Override
  public boolean isOpen() {
    return file.isOpen();
  }

  /** The file stays open. */
  @Override
  public void close() {}
}
