package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class NativeBufferTest {
  @Test
  void isLittleEndianWhateverTheView() {
    NativeBuffer buffer = NativeBuffer.allocate(16);
    buffer.putLong(0, 0x0102030405060708L);
    buffer.putInt(8, 0x0a0b0c0d);
    assertArrayEquals(new byte[] {8, 7, 6, 5, 4, 3, 2, 1}, buffer.getBytes(0, 8));
    assertEquals(0x0d, buffer.view().get(8));
    assertEquals(0x0a0b0c0d, buffer.view(8, 4).getInt(0));
    assertEquals(0x0102030405060708L, buffer.view().getLong());
  }

  @Test
  void addressesFollowOffsets() {
    NativeBuffer buffer = NativeBuffer.allocate(16);
    assertEquals(buffer.address() + 16, buffer.address(16), "the end has an address too");
    assertThrows(IndexOutOfBoundsException.class, () -> buffer.address(17));
    assertThrows(IndexOutOfBoundsException.class, () -> buffer.address(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> buffer.getLong(9));
  }

  @Test
  void pagesBeginAtAPage() {
    NativeBuffer pages = NativeBuffer.allocatePages(8192, 4096);
    assertEquals(0, pages.address() % 4096);
    assertEquals(8192, pages.size());
    pages.putLong(8184, 1);
  }

  @Test
  void addressOfABufferIsThatOfItsFirstByte() {
    ByteBuffer direct = ByteBuffer.allocateDirect(64);
    long address = NativeBuffer.addressOf(direct);
    direct.position(8);
    assertEquals(address, NativeBuffer.addressOf(direct));
    assertEquals(address + 8, NativeBuffer.addressOf(direct.slice()));
    ByteBuffer heap = ByteBuffer.allocate(8);
    assertThrows(IllegalArgumentException.class, () -> NativeBuffer.addressOf(heap));
  }

  @Test
  void clearsOddSizesToo() {
    NativeBuffer buffer = NativeBuffer.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    buffer.clear();
    assertArrayEquals(new byte[11], buffer.getBytes(0, 11));
    assertEquals(1, NativeBuffer.of(new byte[0]).size(), "an address needs a byte");
  }
}
