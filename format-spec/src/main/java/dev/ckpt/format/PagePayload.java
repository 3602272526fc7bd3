package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.PageArray;
import java.nio.ByteBuffer;

/**
 * The payload of a page array taken apart.
 *
 * @param pages view of the pages of the DATA runs, in the buffer of the payload
 */
record PagePayload(PageArray table, ByteBuffer pages) {
  private static final String TYPE = ObjectType.PAGE_ARRAY.name();
  private static final int NR_RUNS_OFFSET = 8;

  /**
   * Decodes the table and checks that padding and pages are what it says.
   *
   * @param objectOffset of the header in the stream
   */
  static PagePayload of(ByteBuffer payload, long objectOffset) throws CorruptImageException {
    long payloadOffset = objectOffset + ObjectHeader.BYTES;
    PageArray table =
        (PageArray)
            ObjectDecoder.decode(
                ObjectType.PAGE_ARRAY, table(payload, payloadOffset), payloadOffset);
    int padding = table.paddingBytes(objectOffset);
    int pagesStart = table.tableBytes() + padding;
    if (payload.remaining() != pagesStart + table.dataBytes()) {
      throw new CorruptImageException(
          payloadOffset,
          TYPE,
          "a payload of " + (pagesStart + table.dataBytes()) + " bytes",
          payload.remaining() + " bytes");
    }
    ObjectDecoder.checkZeros(payload, table.tableBytes(), padding, payloadOffset, TYPE);
    return new PagePayload(table, payload.slice(pagesStart, table.dataBytes()).asReadOnlyBuffer());
  }

  private static ByteBuffer table(ByteBuffer payload, long payloadOffset)
      throws CorruptImageException {
    long len = PageArray.RUNS_OFFSET;
    if (payload.remaining() >= len) {
      long nrRuns = Integer.toUnsignedLong(payload.getInt(NR_RUNS_OFFSET));
      len += PageArray.RUN_BYTES * nrRuns;
    }
    if (len > payload.remaining()) {
      throw new CorruptImageException(
          payloadOffset,
          TYPE,
          "a table of " + len + " bytes",
          payload.remaining() + " bytes of payload");
    }
    return payload.slice(0, (int) len);
  }
}
