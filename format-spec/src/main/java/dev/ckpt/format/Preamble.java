package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.ImageVersionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first 16 bytes of every stream.
 *
 * <pre>
 * offset  size  type  field
 *      0     8  u64   magic    89 'C' 'K' 'P' 'T' 0d 0a 1a
 *      8     4  u32   version
 *     12     4  u32   CRC32C of the 12 bytes before
 * </pre>
 *
 * <p>The magic shows what transfers tend to break, as that of PNG does: the high bit, and both
 * kinds of line ends; the last byte ends a listing on some terminals.
 */
final class Preamble {
  static final int BYTES = 16;

  private static final int VERSION_OFFSET = 8;
  private static final int CRC_OFFSET = 12;

  private Preamble() {}

  /** Puts it at the position of a little-endian buffer. */
  static void put(ByteBuffer out) {
    int start = out.position();
    out.putLong(ImageFile.MAGIC).putInt(Limits.MAX_VERSION);
    out.putInt(Crc32c.of(out, start, CRC_OFFSET));
  }

  /** Whether a buffer begins with the magic. */
  static boolean isMagic(ByteBuffer in) {
    return in.order(ByteOrder.LITTLE_ENDIAN).getLong(0) == ImageFile.MAGIC;
  }

  /** Checks the 16 bytes of a buffer. */
  static void check(ByteBuffer in) throws CorruptImageException, ImageVersionException {
    in.order(ByteOrder.LITTLE_ENDIAN);
    if (!isMagic(in)) {
      throw new CorruptImageException(
          0,
          "preamble",
          "the magic of an image",
          String.format("%016x", Long.reverseBytes(in.getLong(0))));
    }
    int crc = Crc32c.of(in, 0, CRC_OFFSET);
    if (in.getInt(CRC_OFFSET) != crc) {
      throw new CorruptImageException(
          CRC_OFFSET,
          "preamble",
          "CRC32C " + Integer.toHexString(crc),
          Integer.toHexString(in.getInt(CRC_OFFSET)));
    }
    int version = in.getInt(VERSION_OFFSET);
    if (version < Limits.MIN_VERSION || version > Limits.MAX_VERSION) {
      throw new ImageVersionException(version, Limits.MIN_VERSION, Limits.MAX_VERSION);
    }
  }
}
