package dev.ckpt.core.checkpoint.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipeContentTest {
  private static final int CAPACITY = 65_536;

  private static byte[] bytes(int lenBytes, long seed) {
    byte[] bytes = new byte[lenBytes];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void anEmptyPipeHasNone() throws Exception {
    try (PipePair pipe = PipePair.open(0)) {
      assertEquals(List.of(), PipeContent.peek(pipe.readEnd(), CAPACITY));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4095, 4096, 4097, 10_000, CAPACITY})
  void copiesEverythingAndLeavesIt(int lenBytes) throws Exception {
    byte[] content = bytes(lenBytes, lenBytes);
    try (PipePair pipe = PipePair.open(0)) {
      pipe.write(content);
      for (int i = 0; i < 2; i++) {
        int at = 0;
        for (ByteString buffer : PipeContent.peek(pipe.readEnd(), CAPACITY)) {
          byte[] part = buffer.toByteArray();
          assertArrayEquals(java.util.Arrays.copyOfRange(content, at, at + part.length), part);
          at += part.length;
        }
        assertEquals(lenBytes, at);
      }
      assertArrayEquals(content, pipe.read(CAPACITY), "still there");
    }
  }

  @Test
  void keepsPacketsApart() throws Exception {
    try (PipePair pipe = PipePair.open(Fcntl.O_DIRECT)) {
      List<ByteString> packets = new ArrayList<>();
      for (int i = 1; i <= 16; i++) {
        byte[] packet = bytes(i * 256, i);
        pipe.write(packet);
        packets.add(ByteString.of(packet));
      }
      assertEquals(packets, PipeContent.peek(pipe.readEnd(), CAPACITY));
      for (ByteString packet : packets) {
        assertArrayEquals(packet.toByteArray(), pipe.read(CAPACITY));
      }
    }
  }

  @Test
  void takesABiggerPipe() throws Exception {
    byte[] content = bytes(1 << 18, 1);
    try (PipePair pipe = PipePair.open(0)) {
      pipe.resize(1 << 18);
      pipe.write(content);
      assertEquals(64, PipeContent.peek(pipe.readEnd(), 1 << 18).size());
    }
  }
}
