package dev.ckpt.format;

import java.nio.ByteOrder;
import java.util.UUID;
import net.openhft.chronicle.bytes.Bytes;

/**
 * Record output on elastic Chronicle Bytes, used again for every object.
 *
 * <p>On the heap, because that kind alone gives its bytes to CRC32C and to a channel in a JVM that
 * was started without flags.
 */
final class ChronicleOutput implements RecordOutput {
  private static final int INITIAL_BYTES = 64 << 10;

  static {
    QuietChronicle.load();
  }

  private final Bytes<byte[]> bytes = Bytes.allocateElasticOnHeap(INITIAL_BYTES);

  ChronicleOutput() {
    if (bytes.byteOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new IllegalStateException("Chronicle Bytes are not little-endian on this machine");
    }
    // A writer may be handed from one thread to another; Chronicle refuses that unless told so.
    bytes.singleThreadedCheckDisabled(true);
  }

  /** Forgets what was written. */
  void clear() {
    bytes.clear();
  }

  /** Number of bytes written since the last clear. */
  int lenBytes() {
    return Math.toIntExact(bytes.writePosition());
  }

  /** The array that holds them from index 0; another one after the next write. */
  byte[] array() {
    return bytes.underlyingObject();
  }

  void release() {
    bytes.releaseLast();
  }

  @Override
  public RecordOutput u8(int value) {
    bytes.writeByte((byte) checked(value, 0xff));
    return this;
  }

  @Override
  public RecordOutput u16(int value) {
    bytes.writeShort((short) checked(value, 0xffff));
    return this;
  }

  private static int checked(int value, int max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(value + " is not within 0 to " + max);
    }
    return value;
  }

  @Override
  public RecordOutput u32(int value) {
    bytes.writeInt(value);
    return this;
  }

  @Override
  public RecordOutput u64(long value) {
    bytes.writeLong(value);
    return this;
  }

  @Override
  public RecordOutput bool32(boolean value) {
    return u32(value ? 1 : 0);
  }

  @Override
  public RecordOutput uuid(UUID value) {
    bytes.writeLong(Long.reverseBytes(value.getMostSignificantBits()));
    bytes.writeLong(Long.reverseBytes(value.getLeastSignificantBits()));
    return this;
  }

  @Override
  public RecordOutput fixed(ByteString value, int lenBytes) {
    if (value.length() != lenBytes) {
      throw new IllegalArgumentException(value.length() + " bytes are not " + lenBytes);
    }
    bytes.write(value.unwrap());
    return this;
  }

  @Override
  public RecordOutput bytes(ByteString value, int maxBytes) {
    count(value.length(), maxBytes);
    bytes.write(value.unwrap());
    return this;
  }

  @Override
  public RecordOutput count(int value, int max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(value + " is above the maximum of " + max);
    }
    return u32(value);
  }
}
