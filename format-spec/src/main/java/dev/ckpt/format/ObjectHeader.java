package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.UnknownObjectException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The 24 bytes that every object starts with.
 *
 * <pre>
 * offset  size  type  field
 *      0     2  u16   type
 *      2     2  u16   flags          bit 0 OPTIONAL
 *      4     4  u32   objref         0: none
 *      8     8  u64   lenBytes       of the payload, without the padding behind it
 *     16     4  u32   payloadCrc32c
 *     20     4  u32   CRC32C of the 20 bytes before
 * </pre>
 */
record ObjectHeader(int type, int flags, int objref, long lenBytes, int payloadCrc32c) {
  static final int BYTES = 24;

  /**
   * How many of them the tail's sum goes over: all but their own CRC. NB: what ends in its own CRC
   * leaves the same in a CRC whatever it says, so that with all 24 bytes the sum would depend on
   * nothing but the number of headers.
   */
  static final int SUMMED_BYTES = 20;

  /** Bit of {@code flags}: who does not know the type may skip the object. */
  static final int OPTIONAL = 1;

  /** Bit of {@code flags}: the payload is sealed. */
  static final int SEALED = 2;

  /** Objects begin at multiples of this. */
  static final int ALIGNMENT = 8;

  private static final int TYPE_OFFSET = 0;
  private static final int FLAGS_OFFSET = 2;
  private static final int OBJREF_OFFSET = 4;
  private static final int LEN_OFFSET = 8;
  private static final int PAYLOAD_CRC_OFFSET = 16;
  private static final int CRC_OFFSET = SUMMED_BYTES;

  static ObjectHeader of(
      ObjectType type, boolean sealed, int objref, long lenBytes, int payloadCrc32c) {
    int flags = (type.optional() ? OPTIONAL : 0) | (sealed ? SEALED : 0);
    return new ObjectHeader(type.number(), flags, objref, lenBytes, payloadCrc32c);
  }

  /** The same of a payload that is known only when this is. */
  ObjectHeader withCrc(int crc) {
    return new ObjectHeader(type, flags, objref, lenBytes, crc);
  }

  /** What is under the tag of a sealed payload: all that stands before the checksums. */
  ByteBuffer associatedData() {
    ByteBuffer out = ByteBuffer.allocate(PAYLOAD_CRC_OFFSET).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort((short) type).putShort((short) flags).putInt(objref).putLong(lenBytes);
    return out.flip();
  }

  /** Puts it at the position of a little-endian buffer. */
  void put(ByteBuffer out) {
    int start = out.position();
    out.putShort((short) type).putShort((short) flags).putInt(objref).putLong(lenBytes);
    out.putInt(payloadCrc32c);
    out.putInt(Crc32c.of(out, start, CRC_OFFSET));
  }

  /**
   * Takes it from an index of a little-endian buffer and checks all of it that does not depend on
   * other objects.
   *
   * @param offset in the stream, for errors
   * @param sealed whether objects are sealed here
   */
  static ObjectHeader get(ByteBuffer in, int index, long offset, boolean sealed)
      throws CorruptImageException, UnknownObjectException {
    int crc = Crc32c.of(in, index, CRC_OFFSET);
    if (in.getInt(index + CRC_OFFSET) != crc) {
      throw corrupt(
          offset,
          "CRC32C " + Integer.toHexString(crc),
          Integer.toHexString(in.getInt(index + CRC_OFFSET)));
    }
    ObjectHeader header =
        new ObjectHeader(
            Short.toUnsignedInt(in.getShort(index + TYPE_OFFSET)),
            Short.toUnsignedInt(in.getShort(index + FLAGS_OFFSET)),
            in.getInt(index + OBJREF_OFFSET),
            in.getLong(index + LEN_OFFSET),
            in.getInt(index + PAYLOAD_CRC_OFFSET));
    header.check(offset, sealed);
    return header;
  }

  private void check(long offset, boolean sealed)
      throws CorruptImageException, UnknownObjectException {
    if ((flags & ~(OPTIONAL | SEALED)) != 0) {
      throw corrupt(offset, "no flag but OPTIONAL and SEALED", "0x" + Integer.toHexString(flags));
    }
    if (((flags & SEALED) != 0) != sealed) {
      throw corrupt(
          offset,
          sealed ? "the flag SEALED behind a SEAL" : "no flag SEALED without a SEAL",
          "0x" + Integer.toHexString(flags));
    }
    if (objref < 0) {
      throw corrupt(offset, "an objref below 2^31", Integer.toUnsignedString(objref));
    }
    Optional<ObjectType> known = known();
    if (known.isEmpty() && !optional()) {
      throw new UnknownObjectException(offset, type);
    }
    if (known.isPresent() && known.get().optional() != optional()) {
      throw corrupt(offset, "the flags of a " + known.get(), "0x" + Integer.toHexString(flags));
    }
    int tag = sealed ? ObjectCipher.TAG_BYTES : 0;
    int max = known.map(ObjectType::maxPayloadBytes).orElse(Limits.MAX_UNKNOWN_PAYLOAD_BYTES) + tag;
    if (lenBytes < tag || lenBytes > max) {
      throw corrupt(
          offset, "a payload of " + tag + " to " + max + " bytes", Long.toUnsignedString(lenBytes));
    }
  }

  private static CorruptImageException corrupt(long offset, String expected, String actual) {
    return new CorruptImageException(offset, "object header", expected, actual);
  }

  /** The type, if it is one that we know. */
  Optional<ObjectType> known() {
    return ObjectType.of(type);
  }

  boolean optional() {
    return (flags & OPTIONAL) != 0;
  }

  /** Name of the type for errors. */
  String typeName() {
    return known().map(ObjectType::name).orElse("object type " + type);
  }

  /** Zero bytes behind the payload. */
  int paddingBytes() {
    return (int) (-lenBytes & (ALIGNMENT - 1));
  }

  /** Bytes from the payload to the next object. */
  int paddedBytes() {
    return (int) lenBytes + paddingBytes();
  }
}
