package dev.ckpt.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Builds streams whose checksums are right whatever else is wrong with them. Written apart from the
 * writer, straight from SPEC.md, so that the two check each other.
 */
final class RawStream {
  /** One object; {@code lenBytes} may lie. */
  record Raw(int type, int flags, int objref, long lenBytes, byte[] payload) {
    static Raw of(int type, int flags, int objref, byte[] payload) {
      return new Raw(type, flags, objref, payload.length, payload);
    }
  }

  private RawStream() {}

  static byte[] preamble(int version) {
    ByteBuffer out = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {(byte) 0x89, 'C', 'K', 'P', 'T', '\r', '\n', 0x1a}).putInt(version);
    return out.putInt(crc(out.array(), 0, 12)).array();
  }

  static int crc(byte[] bytes, int from, int len) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, len);
    return (int) crc.getValue();
  }

  static byte[] header(Raw raw) {
    ByteBuffer out = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort((short) raw.type()).putShort((short) raw.flags()).putInt(raw.objref());
    out.putLong(raw.lenBytes()).putInt(crc(raw.payload(), 0, raw.payload().length));
    return out.putInt(crc(out.array(), 0, 20)).array();
  }

  /** The whole stream of these objects. */
  static byte[] of(List<Raw> objects) {
    int size = 16 + objects.stream().mapToInt(o -> 24 + pad(o.payload().length)).sum();
    ByteBuffer out = ByteBuffer.allocate(size).put(preamble(1));
    for (Raw raw : objects) {
      out.put(header(raw)).put(raw.payload());
      out.position(out.position() + pad(raw.payload().length) - raw.payload().length);
    }
    return out.array();
  }

  /** Takes a well-formed stream apart. */
  static List<Raw> parse(byte[] stream) {
    ByteBuffer in = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN).position(16);
    List<Raw> objects = new ArrayList<>();
    while (in.hasRemaining()) {
      int type = Short.toUnsignedInt(in.getShort());
      int flags = Short.toUnsignedInt(in.getShort());
      int objref = in.getInt();
      byte[] payload = new byte[(int) in.getLong()];
      in.getLong();
      in.get(payload);
      in.position(in.position() + pad(payload.length) - payload.length);
      objects.add(Raw.of(type, flags, objref, payload));
    }
    return objects;
  }

  /** A tail that fits the objects before it. */
  static Raw tail(List<Raw> objects) {
    CRC32C headers = new CRC32C();
    long offset = 16;
    long indexOffset = 0;
    long nrArrays = 0;
    long nrDataPages = 0;
    for (Raw raw : objects) {
      headers.update(header(raw), 0, 20);
      if (raw.type() == 190 && indexOffset == 0) {
        indexOffset = offset;
      }
      if (raw.type() == 450 || raw.type() == 451) {
        nrArrays++;
        nrDataPages += nrDataPages(raw.payload());
      }
      offset += 24 + pad(raw.payload().length);
    }
    ByteBuffer out = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(objects.size()).putLong(nrArrays).putLong(nrDataPages).putLong(indexOffset);
    return Raw.of(191, 0, 0, out.putInt((int) headers.getValue()).array());
  }

  /**
   * By the table of a page array: how long the padding before the pages is depends on its place.
   */
  private static long nrDataPages(byte[] payload) {
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    long nrPages = 0;
    long nrRuns = payload.length < 16 ? 0 : Integer.toUnsignedLong(in.getInt(8));
    for (int at = 16; at + 16 <= payload.length && nrRuns > 0; at += 16, nrRuns--) {
      nrPages += in.getInt(at + 12) == 1 ? Integer.toUnsignedLong(in.getInt(at + 8)) : 0;
    }
    return nrPages;
  }

  /** The stream of these objects and a tail that fits them. */
  static byte[] withTail(List<Raw> objects) {
    List<Raw> all = new ArrayList<>(objects);
    all.add(tail(objects));
    return of(all);
  }

  private static int pad(int len) {
    return (len + 7) & ~7;
  }
}
