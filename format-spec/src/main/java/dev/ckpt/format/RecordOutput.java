package dev.ckpt.format;

import java.util.UUID;

/**
 * Where a record writes its payload. Little-endian, without padding between fields.
 *
 * <p>Every method returns this output, so that a codec reads like its layout table.
 */
public interface RecordOutput {
  /** Writes one byte, 0 to 255. */
  RecordOutput u8(int value);

  /** Writes two bytes, 0 to 65535. */
  RecordOutput u16(int value);

  /** Writes four bytes: the 32 bits of the value, be it meant signed or unsigned. */
  RecordOutput u32(int value);

  /** Writes eight bytes: the 64 bits of the value, be it meant signed or unsigned. */
  RecordOutput u64(long value);

  /** Writes a truth value as u32: 0 or 1. */
  RecordOutput bool32(boolean value);

  /** Writes the 16 bytes of a UUID in the order in which its text shows them (RFC 9562). */
  RecordOutput uuid(UUID value);

  /**
   * Writes bytes whose number the layout fixes.
   *
   * @throws IllegalArgumentException if there are more or fewer
   */
  RecordOutput fixed(ByteString value, int lenBytes);

  /**
   * Writes a u32 length and the bytes.
   *
   * @throws IllegalArgumentException if there are more than the maximum
   */
  RecordOutput bytes(ByteString value, int maxBytes);

  /**
   * Writes the u32 number of elements that follow.
   *
   * @throws IllegalArgumentException if it is above the maximum
   */
  RecordOutput count(int value, int max);
}
