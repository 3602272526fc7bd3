package dev.ckpt.convert.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/** A file in memory that has bytes where something was written, and zeros between. */
final class CollectedOutput implements CoreOutput {
  private final TreeMap<Long, byte[]> written = new TreeMap<>();
  private long size;

  @Override
  public void write(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    written.put(size, copy);
    size += copy.length;
  }

  @Override
  public void skip(long lenBytes) {
    size += lenBytes;
  }

  long size() {
    return size;
  }

  /** Bytes that are no hole. */
  long writtenBytes() {
    return written.values().stream().mapToLong(each -> each.length).sum();
  }

  /** The bytes from an offset on, little-endian. */
  ByteBuffer read(long offset, int len) {
    if (offset < 0 || len < 0 || offset + len > size) {
      throw new AssertionError(offset + "+" + len + " is beyond the end, " + size);
    }
    byte[] found = new byte[len];
    Long from = written.floorKey(offset);
    for (Map.Entry<Long, byte[]> part :
        written.subMap(from == null ? 0 : from, offset + len).entrySet()) {
      for (int i = 0; i < part.getValue().length; i++) {
        long at = part.getKey() + i - offset;
        if (at >= 0 && at < len) {
          found[(int) at] = part.getValue()[i];
        }
      }
    }
    return ByteBuffer.wrap(found).order(ByteOrder.LITTLE_ENDIAN);
  }
}
