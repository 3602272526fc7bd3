package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Crc32cTest {
  private static ByteBuffer random(int lenBytes) {
    byte[] bytes = new byte[lenBytes];
    new Random(lenBytes).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  @Test
  void isThatOfTheStandard() {
    // RFC 3720, B.4: 32 bytes of zeros, and the check value of all catalogues.
    assertEquals(0x8a9136aa, Crc32c.of(ByteBuffer.allocate(32)));
    assertEquals(0xe3069283, Crc32c.of(ByteBuffer.wrap("123456789".getBytes())));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 4095, 4096, 1 << 20, 3 << 20})
  void ofTwoIsThatOfBothInOne(int secondBytes) {
    for (int firstBytes : new int[] {0, 1, 16, 4097}) {
      ByteBuffer first = random(firstBytes);
      ByteBuffer second = random(secondBytes);
      int concatenated = Crc32c.concat(Crc32c.of(first), Crc32c.of(second), secondBytes);
      assertEquals(Crc32c.of(first, second), concatenated, firstBytes + " and " + secondBytes);
    }
  }
}
