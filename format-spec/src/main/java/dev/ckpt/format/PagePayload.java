package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageArrayCompressed;
import dev.ckpt.format.record.PageCodec;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The payload of a page array taken apart, be it compressed or not.
 *
 * @param pages view of the pages of the DATA runs, in the buffer of the payload or an expander's
 * @param codec by what they were compressed, if they were
 */
record PagePayload(PageArray table, ByteBuffer pages, Optional<PageCodec> codec) {
  private static final int NR_RUNS_OFFSET = 8;

  /**
   * Decodes the table and checks that what follows is what it says.
   *
   * @param type one of the two
   * @param objectOffset of the header in the stream
   */
  static PagePayload of(
      ObjectType type, ByteBuffer payload, long objectOffset, PageExpander expander)
      throws CorruptImageException {
    long payloadOffset = objectOffset + ObjectHeader.BYTES;
    ByteBuffer table = table(type, payload, payloadOffset);
    ImageRecord record = ObjectDecoder.decode(type, table.duplicate(), payloadOffset);
    if (record instanceof PageArrayCompressed array) {
      int at = table.remaining();
      ByteBuffer compressed = payload.slice(at, payload.remaining() - at);
      ByteBuffer pages = expander.expand(array, compressed, payloadOffset + at);
      return new PagePayload(array.table(), pages.asReadOnlyBuffer(), Optional.of(array.codec()));
    }
    return plain((PageArray) record, payload, objectOffset);
  }

  private static PagePayload plain(PageArray table, ByteBuffer payload, long objectOffset)
      throws CorruptImageException {
    long payloadOffset = objectOffset + ObjectHeader.BYTES;
    String type = table.type().name();
    int padding = table.paddingBytes(objectOffset);
    int pagesStart = table.tableBytes() + padding;
    if (payload.remaining() != pagesStart + table.dataBytes()) {
      throw new CorruptImageException(
          payloadOffset,
          type,
          "a payload of " + (pagesStart + table.dataBytes()) + " bytes",
          payload.remaining() + " bytes");
    }
    ObjectDecoder.checkZeros(payload, table.tableBytes(), padding, payloadOffset, type);
    ByteBuffer pages = payload.slice(pagesStart, table.dataBytes());
    return new PagePayload(table, pages.asReadOnlyBuffer(), Optional.empty());
  }

  private static ByteBuffer table(ObjectType type, ByteBuffer payload, long payloadOffset)
      throws CorruptImageException {
    long len = PageArray.RUNS_OFFSET;
    if (payload.remaining() >= len) {
      long nrRuns = Integer.toUnsignedLong(payload.getInt(NR_RUNS_OFFSET));
      len += PageArray.RUN_BYTES * nrRuns;
    }
    if (len > payload.remaining()) {
      throw new CorruptImageException(
          payloadOffset,
          type.name(),
          "a table of " + len + " bytes",
          payload.remaining() + " bytes of payload");
    }
    return payload.slice(0, (int) len);
  }
}
