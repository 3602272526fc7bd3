package dev.ckpt.convert.core;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bytes of a core file, little-endian, gathered so that small ones are few writes. */
final class CoreStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(Limits.PAGE_SIZE).asReadOnlyBuffer();

  private final CoreOutput output;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long written;

  CoreStream(CoreOutput output) {
    this.output = output;
  }

  /** How many bytes there are. */
  long offset() {
    return written + buffer.position();
  }

  private ByteBuffer room(int lenBytes) throws IOException {
    if (buffer.remaining() < lenBytes) {
      flush();
    }
    return buffer;
  }

  CoreStream u8(int value) throws IOException {
    room(Byte.BYTES).put((byte) value);
    return this;
  }

  CoreStream u16(int value) throws IOException {
    room(Short.BYTES).putShort((short) value);
    return this;
  }

  CoreStream u32(int value) throws IOException {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  CoreStream u64(long value) throws IOException {
    room(Long.BYTES).putLong(value);
    return this;
  }

  CoreStream bytes(ByteString value) throws IOException {
    for (int from = 0; from < value.length(); from += BUFFER_BYTES) {
      ByteString part = value.substring(from, Math.min(value.length(), from + BUFFER_BYTES));
      room(part.length()).put(part.asByteBuffer());
    }
    return this;
  }

  /** At most so many bytes of a text, and zeros up to that. */
  CoreStream text(ByteString value, int lenBytes) throws IOException {
    int kept = Math.min(value.length(), lenBytes);
    return bytes(value.substring(0, kept)).zeros(lenBytes - kept);
  }

  /** A few zeros. */
  CoreStream zeros(int lenBytes) throws IOException {
    for (int i = 0; i < lenBytes; i++) {
      u8(0);
    }
    return this;
  }

  /** Zeros up to a multiple. */
  CoreStream align(int multiple) throws IOException {
    return zeros((int) (-offset() & multiple - 1));
  }

  /** Whole pages, which need not be gathered; those that are zero are left out. */
  void pages(ByteBuffer pages) throws IOException {
    flush();
    int limit = pages.limit();
    while (pages.position() < limit) {
      int from = pages.position();
      boolean zero = isZero(pages, from);
      int to = from + Limits.PAGE_SIZE;
      while (to < limit && isZero(pages, to) == zero) {
        to += Limits.PAGE_SIZE;
      }
      if (zero) {
        skip(to - from);
      } else {
        write(pages.limit(to));
      }
      pages.limit(limit).position(to);
    }
  }

  private static boolean isZero(ByteBuffer pages, int at) {
    return pages.get(at) == 0 && pages.slice(at, Limits.PAGE_SIZE).mismatch(ZEROS) == -1;
  }

  /** Bytes that read as zeros. */
  void skip(long lenBytes) throws IOException {
    flush();
    output.skip(lenBytes);
    written += lenBytes;
  }

  void flush() throws IOException {
    write(buffer.flip());
    buffer.clear();
  }

  private void write(ByteBuffer bytes) throws IOException {
    int len = bytes.remaining();
    if (len > 0) {
      output.write(bytes);
      written += len;
    }
  }
}
