package dev.ckpt.core.checkpoint.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.error.UnsupportedStateException;
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

  private static PipeContent.Content peek(PipePair pipe, int capacityBytes) throws Exception {
    return PipeContent.peek(pipe.readEnd(), capacityBytes, "pipe");
  }

  @Test
  void anEmptyPipeHasNone() throws Exception {
    try (PipePair pipe = PipePair.open(0)) {
      assertEquals(List.of(), peek(pipe, CAPACITY).buffers());
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
        for (ByteString buffer : peek(pipe, CAPACITY).buffers()) {
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
      assertEquals(packets, peek(pipe, CAPACITY).buffers());
      for (ByteString packet : packets) {
        assertArrayEquals(packet.toByteArray(), pipe.read(CAPACITY));
      }
    }
  }

  @Test
  void knowsPacketsWhenTheFlagIsGone() throws Exception {
    for (int flags : new int[] {0, Fcntl.O_DIRECT}) {
      try (PipePair pipe = PipePair.open(flags)) {
        pipe.write(bytes(1, 1));
        pipe.writeEnd().fcntl(Fcntl.F_SETFL, 0);
        assertEquals(flags == Fcntl.O_DIRECT, peek(pipe, CAPACITY).packets());
      }
    }
  }

  @Test
  void refusesPacketsAmongOtherContent() throws Exception {
    try (PipePair pipe = PipePair.open(Fcntl.O_DIRECT)) {
      pipe.write(bytes(100, 1));
      pipe.writeEnd().fcntl(Fcntl.F_SETFL, 0);
      pipe.write(bytes(100, 2));
      UnsupportedStateException e =
          assertThrows(UnsupportedStateException.class, () -> peek(pipe, CAPACITY));
      assertEquals("PIPE_MIXED", e.refusals().get(0).code().name());
    }
  }

  @Test
  void takesABiggerPipe() throws Exception {
    byte[] content = bytes(1 << 18, 1);
    try (PipePair pipe = PipePair.open(0)) {
      pipe.resize(1 << 18);
      pipe.write(content);
      assertEquals(64, peek(pipe, 1 << 18).buffers().size());
    }
  }
}
