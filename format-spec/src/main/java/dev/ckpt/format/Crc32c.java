package dev.ckpt.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C (Castagnoli) of buffers, the one checksum of the format. */
final class Crc32c {
  /** A polynomial over GF(2) has the coefficient of x^0 in the highest bit, and so on. */
  private static final int POLYNOMIAL = 0x82f63b78;

  private static final int ONE = 1 << 31;
  private static final int X = 1 << 30;

  private Crc32c() {}

  /** Checksum of what remains in these buffers, which stays there. */
  static int of(ByteBuffer... buffers) {
    CRC32C crc = new CRC32C();
    for (ByteBuffer buffer : buffers) {
      crc.update(buffer.duplicate());
    }
    return (int) crc.getValue();
  }

  /** Checksum of some bytes of a buffer, whose position and limit do not change. */
  static int of(ByteBuffer buffer, int index, int lenBytes) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(index, lenBytes));
    return (int) crc.getValue();
  }

  /**
   * Checksum of some bytes and of others behind them: that of the first times x to the number of
   * bits that follow, and that of the second.
   */
  static int concat(int first, int second, long secondBytes) {
    int shift = ONE;
    int square = X;
    for (long bits = secondBytes * Byte.SIZE; bits != 0; bits >>>= 1) {
      if ((bits & 1) != 0) {
        shift = product(shift, square);
      }
      square = product(square, square);
    }
    return product(first, shift) ^ second;
  }

  /** Product modulo the polynomial. */
  private static int product(int a, int b) {
    int sum = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        sum ^= shifted;
      }
      shifted = shifted >>> 1 ^ ((shifted & 1) == 0 ? 0 : POLYNOMIAL);
    }
    return sum;
  }
}
