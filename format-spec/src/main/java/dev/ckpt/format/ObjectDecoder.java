package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.ImageRecord;
import java.nio.ByteBuffer;

/** Makes records of payloads, and reports whatever is wrong with them as corruption. */
final class ObjectDecoder {
  private ObjectDecoder() {}

  /**
   * Decodes all that remains in the payload.
   *
   * @param payloadOffset in the stream
   */
  static ImageRecord decode(ObjectType type, ByteBuffer payload, long payloadOffset)
      throws CorruptImageException {
    ChronicleInput in = new ChronicleInput(payload, payloadOffset, type.name());
    ImageRecord object;
    try {
      object = type.codec().read(in);
    } catch (IllegalArgumentException e) {
      CorruptImageException corrupt = in.corrupt("a valid record", e.getMessage());
      corrupt.initCause(e);
      throw corrupt;
    }
    if (in.remaining() != 0) {
      throw in.corrupt("the end of the payload", in.remaining() + " more bytes");
    }
    return object;
  }

  /**
   * Checks payload and padding against the header.
   *
   * @param body payload and padding, from index 0 on
   */
  static void checkBody(ObjectHeader header, ByteBuffer body, long payloadOffset)
      throws CorruptImageException {
    checkCrc(header, Crc32c.of(body, 0, (int) header.lenBytes()), payloadOffset);
    checkZeros(
        body, (int) header.lenBytes(), header.paddingBytes(), payloadOffset, header.typeName());
  }

  static void checkCrc(ObjectHeader header, int crc, long payloadOffset)
      throws CorruptImageException {
    if (crc != header.payloadCrc32c()) {
      throw new CorruptImageException(
          payloadOffset,
          header.typeName(),
          "payload CRC32C " + Integer.toHexString(header.payloadCrc32c()),
          Integer.toHexString(crc));
    }
  }

  static void checkZeros(ByteBuffer bytes, int index, int nr, long payloadOffset, String typeName)
      throws CorruptImageException {
    for (int i = index; i < index + nr; i++) {
      if (bytes.get(i) != 0) {
        throw new CorruptImageException(
            payloadOffset + i, typeName, "zero in the padding", Byte.toString(bytes.get(i)));
      }
    }
  }
}
