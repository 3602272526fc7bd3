package dev.ckpt.core.kernel;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Memory outside the Java heap whose address the kernel can be given.
 *
 * <p>Units: bytes, little-endian. Threading: not safe for concurrent use. The memory goes back when
 * the object is collected, so an address must not outlive its buffer. NB: the compiler may let go
 * of a buffer that is not used again while a native call still reads it; where a call only reads, a
 * reachability fence stands behind it.
 */
public final class NativeBuffer {
  private final ByteBuffer bytes;
  private final long address;

  private NativeBuffer(ByteBuffer bytes) {
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    this.address = Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
  }

  /** Allocates zeroed memory. */
  public static NativeBuffer allocate(int lenBytes) {
    return new NativeBuffer(ByteBuffer.allocateDirect(lenBytes));
  }

  /** Allocates memory that begins at a page boundary, for O_DIRECT and for page moves. */
  public static NativeBuffer allocatePages(int lenBytes, int pageSize) {
    ByteBuffer raw = ByteBuffer.allocateDirect(lenBytes + pageSize);
    return new NativeBuffer(raw.alignedSlice(pageSize).limit(lenBytes).slice());
  }

  /** A copy of the given bytes. */
  public static NativeBuffer of(byte[] content) {
    NativeBuffer buffer = allocate(Math.max(1, content.length));
    buffer.put(0, content);
    return buffer;
  }

  /** The address of a direct buffer's first byte (its position does not count). */
  public static long addressOf(ByteBuffer direct) {
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("a direct buffer is needed");
    }
    return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
  }

  /** Where the memory stands in this process. */
  public long address() {
    return address;
  }

  /** The address of one byte in it; the offset is checked. */
  public long address(int offset) {
    return address + Objects.checkIndex(offset, bytes.capacity() + 1);
  }

  /** Size in bytes. */
  public int size() {
    return bytes.capacity();
  }

  /** A little-endian view of all of it, with its own position. */
  public ByteBuffer view() {
    return bytes.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A little-endian view of a part. */
  public ByteBuffer view(int offset, int lenBytes) {
    return bytes.slice(offset, lenBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads a byte. */
  public byte getByte(int offset) {
    return bytes.get(offset);
  }

  /** Reads 8 bytes. */
  public long getLong(int offset) {
    return bytes.getLong(offset);
  }

  /** Reads 4 bytes. */
  public int getInt(int offset) {
    return bytes.getInt(offset);
  }

  /** Writes 8 bytes. */
  public void putLong(int offset, long value) {
    bytes.putLong(offset, value);
  }

  /** Writes 4 bytes. */
  public void putInt(int offset, int value) {
    bytes.putInt(offset, value);
  }

  /** Writes bytes. */
  public void put(int offset, byte[] content) {
    bytes.duplicate().clear().position(offset).put(content);
  }

  /** Copies bytes out. */
  public byte[] getBytes(int offset, int lenBytes) {
    byte[] copy = new byte[lenBytes];
    bytes.duplicate().clear().position(offset).get(copy);
    return copy;
  }

  /** Writes zeros over all of it. */
  public void clear() {
    ByteBuffer all = view();
    while (all.remaining() >= Long.BYTES) {
      all.putLong(0);
    }
    while (all.hasRemaining()) {
      all.put((byte) 0);
    }
  }
}
