package dev.ckpt.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C (Castagnoli) of buffers, the one checksum of the format. */
final class Crc32c {
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
}
