package dev.ckpt.convert.criu;

import com.google.errorprone.annotations.MustBeClosed;
import com.google.protobuf.MessageLite;
import dev.ckpt.convert.OutputFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;

/**
 * Writes one file: the magic numbers, then messages behind their lengths, and raw bytes where a
 * kind has some.
 */
final class ImgWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final SeekableByteChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Begins a file, which is whole when it is closed. */
  @MustBeClosed
  @SuppressWarnings("MustBeClosedChecker") // what is opened here belongs to what is returned
  static ImgWriter create(OutputFolder folder, ImgKind kind, String file) throws IOException {
    ImgWriter writer = new ImgWriter(folder.create(file));
    if (kind.magic() != 0) {
      if (kind != ImgKind.INVENTORY) {
        writer.buffer.putInt(ImgKind.COMMON_MAGIC);
      }
      writer.buffer.putInt(kind.magic());
    }
    return writer;
  }

  private ImgWriter(SeekableByteChannel channel) {
    this.channel = channel;
  }

  /** Writes a file of one message. */
  static void writeOne(OutputFolder folder, ImgKind kind, String file, MessageLite message)
      throws IOException {
    try (ImgWriter writer = create(folder, kind, file)) {
      writer.write(message);
    }
  }

  /** Writes the next message. */
  void write(MessageLite message) throws IOException {
    byte[] bytes = message.toByteArray();
    if (buffer.remaining() < Integer.BYTES) {
      drain();
    }
    buffer.putInt(bytes.length);
    writeRaw(ByteBuffer.wrap(bytes));
  }

  /** Writes bytes as they are, which are consumed. */
  void writeRaw(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() > buffer.remaining()) {
      drain();
    }
    if (bytes.remaining() > buffer.remaining()) {
      writeFully(bytes);
    } else {
      buffer.put(bytes);
    }
  }

  private void drain() throws IOException {
    writeFully(buffer.flip());
    buffer.clear();
  }

  private void writeFully(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      drain();
    }
  }
}
