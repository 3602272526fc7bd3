package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;

/**
 * Reads exactly as many bytes as asked for, never one more, so that whatever follows an image in a
 * pipe stays there.
 */
final class ChannelInput {
  private static final int INITIAL_BYTES = 64 << 10;

  private final ReadableByteChannel channel;

  /** Used in turn. */
  private final ByteBuffer[] buffers;

  private int turn;
  private long offset;

  /** Reads into so many buffers in turn: what was read stays until the turn comes round. */
  ChannelInput(ReadableByteChannel channel, int nrBuffers) {
    this.channel = channel;
    this.buffers = new ByteBuffer[nrBuffers];
  }

  /** Leaves what was read last alone for now: what comes next goes to another buffer. */
  void turn() {
    turn = (turn + 1) % buffers.length;
  }

  /**
   * A direct buffer that begins at a page boundary. NB: alignedSlice() cuts at both ends, so that
   * one page more is needed.
   */
  private static ByteBuffer allocate(int lenBytes) {
    int wholePages = (lenBytes + Limits.PAGE_SIZE - 1) & -Limits.PAGE_SIZE;
    return ByteBuffer.allocateDirect(wholePages + Limits.PAGE_SIZE).alignedSlice(Limits.PAGE_SIZE);
  }

  /** Offset in the stream of the byte that comes next. */
  long offset() {
    return offset;
  }

  /** Says that the channel now gives the bytes from this offset on. */
  void offset(long newOffset) {
    offset = newOffset;
  }

  /**
   * Reads the next bytes. The view is good until the next call with the same buffer. Its address is
   * that of the stream modulo the page size, so that pages in it begin at page boundaries.
   *
   * <p>The buffer grows with what has come, not with what was asked for: a length that is a lie
   * costs no memory.
   *
   * @param what is being read, for the error at a cut
   */
  ByteBuffer read(int lenBytes, String what) throws IOException {
    int start = (int) (offset & (Limits.PAGE_SIZE - 1));
    int end = start + lenBytes;
    ByteBuffer buffer = buffers[turn] == null ? allocate(INITIAL_BYTES) : buffers[turn];
    buffer.clear().position(start);
    while (buffer.position() < end) {
      if (buffer.position() == buffer.capacity()) {
        buffer = grown(buffer, end);
      }
      buffer.limit(Math.min(end, buffer.capacity()));
      if (channel.read(buffer) < 0) {
        int got = buffer.position() - start;
        throw new CorruptImageException(
            offset + got, what, (lenBytes - got) + " more bytes", "the end of the stream");
      }
    }
    offset += lenBytes;
    buffers[turn] = buffer;
    return buffer.slice(start, lenBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer grown(ByteBuffer buffer, int wanted) {
    ByteBuffer larger = allocate(Math.min(wanted, 2 * buffer.capacity()));
    return larger.put(buffer.flip());
  }

  /** Whether the stream ends here; takes a byte from the channel if not. */
  boolean atEnd() throws IOException {
    ByteBuffer one = ByteBuffer.allocateDirect(1);
    int nr;
    do {
      nr = channel.read(one);
    } while (nr == 0);
    return nr < 0;
  }
}
