package dev.ckpt.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Immutable bytes. Paths, names and other strings of the kernel are bytes and not text: they need
 * not be valid in any charset, and must come back as they were.
 */
public final class ByteString {
  /** No bytes at all. */
  public static final ByteString EMPTY = new ByteString(new byte[0]);

  /** Longer ones are cut in {@link #toString()}: the content of a pipe may be 64 MiB. */
  private static final int PRINTED_BYTES_MAX = 256;

  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final byte[] bytes;

  private ByteString(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy of these bytes. */
  public static ByteString of(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new ByteString(bytes.clone());
  }

  /** The UTF-8 bytes of a string. */
  public static ByteString of(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A copy of what remains in a buffer, whose position does not change. */
  public static ByteString of(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return wrap(bytes);
  }

  /** Takes the array as it is; the caller must not keep it. */
  static ByteString wrap(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new ByteString(bytes);
  }

  /** The array itself; the caller must not change it. */
  byte[] unwrap() {
    return bytes;
  }

  /** Number of bytes. */
  public int length() {
    return bytes.length;
  }

  /** Whether there are no bytes. */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** One byte, as a signed number. */
  public byte byteAt(int index) {
    return bytes[index];
  }

  /** A copy of the bytes from one index up to another. */
  public ByteString substring(int from, int to) {
    if (from < 0 || to < from || to > bytes.length) {
      throw new IndexOutOfBoundsException(from + ".." + to + " of " + bytes.length);
    }
    return wrap(Arrays.copyOfRange(bytes, from, to));
  }

  /** Whether these bytes begin with those. */
  public boolean startsWith(ByteString head) {
    int len = head.bytes.length;
    return len <= bytes.length && Arrays.equals(bytes, 0, len, head.bytes, 0, len);
  }

  /** Whether these bytes end with those. */
  public boolean endsWith(ByteString tail) {
    int from = bytes.length - tail.bytes.length;
    return from >= 0 && Arrays.equals(bytes, from, bytes.length, tail.bytes, 0, tail.bytes.length);
  }

  /** A copy of the bytes. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  /** A read-only view of the bytes. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /** The bytes read as UTF-8; what is not UTF-8 becomes U+FFFD, so that this cannot be undone. */
  public String utf8() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteString that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** These bytes and those of another, in this order. */
  public ByteString concat(ByteString other) {
    byte[] both = Arrays.copyOf(bytes, bytes.length + other.bytes.length);
    System.arraycopy(other.bytes, 0, both, bytes.length, other.bytes.length);
    return wrap(both);
  }

  /**
   * Printable ASCII as it is, a backslash doubled, everything else as {@code \xNN}; safe to print
   * on a terminal. Long ones are cut.
   */
  @Override
  public String toString() {
    int printed = Math.min(bytes.length, PRINTED_BYTES_MAX);
    StringBuilder text = new StringBuilder(printed + 16);
    for (int i = 0; i < printed; i++) {
      byte b = bytes[i];
      if (b == '\\') {
        text.append("\\\\");
      } else if (b >= ' ' && b < 0x7f) {
        text.append((char) b);
      } else {
        text.append("\\x").append(HEX[(b >> 4) & 0xf]).append(HEX[b & 0xf]);
      }
    }
    if (printed < bytes.length) {
      text.append("...(").append(bytes.length).append(" bytes)");
    }
    return text.toString();
  }
}
