package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import java.util.UUID;

/**
 * Where a record reads its payload from: the counterpart of {@link RecordOutput}.
 *
 * <p>Every method checks that the payload has that many bytes left before it reads or allocates,
 * and throws a {@link CorruptImageException} with the place in the stream if not.
 */
public interface RecordInput {
  /** Reads one byte, 0 to 255. */
  int u8() throws CorruptImageException;

  /** Reads two bytes, 0 to 65535. */
  int u16() throws CorruptImageException;

  /** Reads four bytes; {@link Integer#toUnsignedLong} where the layout means it unsigned. */
  int u32() throws CorruptImageException;

  /** Reads eight bytes. */
  long u64() throws CorruptImageException;

  /** Reads a u32 that must be 0 or 1. */
  boolean bool32() throws CorruptImageException;

  /** Reads a u32 that the layout reserves; it must be 0. */
  void reserved32() throws CorruptImageException;

  /** Reads a u32 object reference, 0 (none) to 2^31-1. */
  int objref() throws CorruptImageException;

  /** Reads a u64 object reference, 0 (none) to 2^31-1. */
  int objref64() throws CorruptImageException;

  /** Reads the 16 bytes of a UUID. */
  UUID uuid() throws CorruptImageException;

  /** Reads bytes whose number the layout fixes. */
  ByteString fixed(int lenBytes) throws CorruptImageException;

  /** Reads a u32 length and so many bytes. */
  ByteString bytes(int maxBytes) throws CorruptImageException;

  /**
   * Reads the u32 number of elements that follow, and checks that they can be there.
   *
   * @param elementBytes the least size of one element
   */
  int count(int max, int elementBytes) throws CorruptImageException;

  /** Bytes of the payload that were not read yet. */
  long remaining();

  /** An error at the place that was reached, for what only the codec can check. */
  CorruptImageException corrupt(String expected, String actual);
}
