package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelInputTest {
  private static ChannelInput input(int lenBytes) {
    byte[] bytes = new byte[lenBytes];
    for (int i = 0; i < lenBytes; i++) {
      bytes[i] = (byte) (i % 251);
    }
    return new ChannelInput(Channels.newChannel(new ByteArrayInputStream(bytes)), 1);
  }

  /** The buffer once grew to the whole pages below the wanted length, for ever. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 68_000, 69_632, 131_073, 1_118_219})
  void readsAnyLengthAtAnyOffset(int lenBytes) {
    for (int before : new int[] {0, 1, 16, 4095, 4096, 5000}) {
      ChannelInput in = input(before + lenBytes);
      ByteBuffer read =
          assertTimeoutPreemptively(
              Duration.ofSeconds(10),
              () -> {
                in.read(before, "first");
                return in.read(lenBytes, "second");
              });
      assertEquals(lenBytes, read.remaining());
      for (int i = 0; i < lenBytes; i++) {
        assertEquals((byte) ((before + i) % 251), read.get(i));
      }
    }
  }

  @Test
  void putsPagesOfTheStreamAtPagesOfMemory() throws Exception {
    ChannelInput in = input(20_000);
    in.read(5000, "first");
    ByteBuffer read = in.read(15_000, "second");
    assertEquals(0, read.alignmentOffset(8192 - 5000, 4096));
  }
}
