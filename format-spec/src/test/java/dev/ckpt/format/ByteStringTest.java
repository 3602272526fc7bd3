package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ByteStringTest {
  @Test
  void keepsBytesThatAreNoText() {
    byte[] bytes = {'a', (byte) 0xff, 0, '\n'};
    ByteString string = ByteString.of(bytes);
    bytes[0] = 'b';
    assertArrayEquals(new byte[] {'a', (byte) 0xff, 0, '\n'}, string.toByteArray());
    string.toByteArray()[0] = 'c';
    assertEquals('a', string.byteAt(0));
    assertTrue(string.asByteBuffer().isReadOnly());
  }

  @Test
  void isEqualByItsBytes() {
    assertEquals(ByteString.of("é"), ByteString.of(new byte[] {(byte) 0xc3, (byte) 0xa9}));
    assertEquals(ByteString.of("x").hashCode(), ByteString.of("x").hashCode());
    assertNotEquals(ByteString.of("x"), ByteString.of("y"));
    assertNotEquals(ByteString.of("x"), "x");
    assertEquals(ByteString.EMPTY, ByteString.of(ByteBuffer.allocate(0)));
    assertEquals("é", ByteString.of("é").utf8());
  }

  @Test
  void printsNothingThatATerminalWouldObey() {
    assertEquals(
        "a\\x1b[2J\\\\\\x0a\\xff",
        ByteString.of(new byte[] {'a', 0x1b, '[', '2', 'J', '\\', '\n', (byte) 0xff}).toString());
  }

  @Test
  void cutsLongOnesInPrint() {
    String text = ByteString.of(new byte[1 << 20]).toString();
    assertTrue(text.length() < 1100 && text.endsWith("...(1048576 bytes)"), text);
  }

  @Test
  void comparesItsBeginningAndEnd() {
    ByteString path = ByteString.of("/tmp/x (deleted)");
    assertTrue(path.startsWith(ByteString.of("/tmp")));
    assertFalse(path.startsWith(ByteString.of("tmp")));
    assertTrue(path.endsWith(ByteString.of(" (deleted)")));
    assertFalse(ByteString.of("d)").endsWith(ByteString.of("ed)")));
    assertTrue(path.endsWith(ByteString.EMPTY));
    assertEquals(ByteString.of("tmp"), path.substring(1, 4));
    assertThrows(IndexOutOfBoundsException.class, () -> path.substring(3, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> path.substring(0, 17));
  }
}
