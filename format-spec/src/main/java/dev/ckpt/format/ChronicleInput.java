package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import java.nio.ByteBuffer;
import java.util.UUID;
import net.openhft.chronicle.bytes.Bytes;

/** Record input on Chronicle Bytes that wrap a copy of one payload. */
final class ChronicleInput implements RecordInput {
  static {
    QuietChronicle.load();
  }

  private final Bytes<byte[]> bytes;
  private final long offset;
  private final String objectType;

  /**
   * Copies what remains in the payload.
   *
   * @param offset of the payload in the stream
   */
  ChronicleInput(ByteBuffer payload, long offset, String objectType) {
    byte[] copy = new byte[payload.remaining()];
    payload.duplicate().get(copy);
    this.bytes = Bytes.wrapForRead(copy);
    this.offset = offset;
    this.objectType = objectType;
  }

  @Override
  public int u8() throws CorruptImageException {
    return need(1).readUnsignedByte();
  }

  @Override
  public int u16() throws CorruptImageException {
    return need(2).readUnsignedShort();
  }

  @Override
  public int u32() throws CorruptImageException {
    return need(4).readInt();
  }

  @Override
  public long u64() throws CorruptImageException {
    return need(8).readLong();
  }

  @Override
  public boolean bool32() throws CorruptImageException {
    int value = u32();
    if ((value & ~1) != 0) {
      throw corrupt("0 or 1", Integer.toUnsignedString(value));
    }
    return value == 1;
  }

  @Override
  public void reserved32() throws CorruptImageException {
    int value = u32();
    if (value != 0) {
      throw corrupt("0 in a reserved field", Integer.toUnsignedString(value));
    }
  }

  @Override
  public int objref() throws CorruptImageException {
    return objref(Integer.toUnsignedLong(u32()));
  }

  @Override
  public int objref64() throws CorruptImageException {
    return objref(u64());
  }

  private int objref(long value) throws CorruptImageException {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw corrupt("an object reference below 2^31", Long.toUnsignedString(value));
    }
    return (int) value;
  }

  @Override
  public UUID uuid() throws CorruptImageException {
    return new UUID(Long.reverseBytes(u64()), Long.reverseBytes(u64()));
  }

  @Override
  public ByteString fixed(int lenBytes) throws CorruptImageException {
    byte[] value = new byte[checkedLength(lenBytes)];
    bytes.read(value);
    return ByteString.wrap(value);
  }

  @Override
  public ByteString bytes(int maxBytes) throws CorruptImageException {
    return fixed(count(maxBytes, 1));
  }

  @Override
  public int count(int max, int elementBytes) throws CorruptImageException {
    long value = Integer.toUnsignedLong(u32());
    if (value > max) {
      throw corrupt("a length or count of at most " + max, Long.toString(value));
    }
    if (value * elementBytes > remaining()) {
      throw corrupt(
          value + " elements of " + elementBytes + " bytes or more",
          remaining() + " bytes left in the payload");
    }
    return (int) value;
  }

  @Override
  public long remaining() {
    return bytes.readRemaining();
  }

  @Override
  public CorruptImageException corrupt(String expected, String actual) {
    return new CorruptImageException(offset + bytes.readPosition(), objectType, expected, actual);
  }

  private int checkedLength(int lenBytes) throws CorruptImageException {
    need(lenBytes);
    return lenBytes;
  }

  private Bytes<byte[]> need(int lenBytes) throws CorruptImageException {
    if (lenBytes > remaining()) {
      throw corrupt(lenBytes + " more bytes", remaining() + " left in the payload");
    }
    return bytes;
  }
}
