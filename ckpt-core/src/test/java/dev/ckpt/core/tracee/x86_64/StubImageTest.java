package dev.ckpt.core.tracee.x86_64;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StubImageTest {
  private static final int P_OFFSET = 64 + 8;
  private static final int P_VADDR = 64 + 16;
  private static final int P_FILESZ = 64 + 32;

  private static ByteBuffer elf() {
    return ByteBuffer.wrap(StubImage.elf()).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void holdsTheLoopWhereItSaysSo() {
    byte[] elf = StubImage.elf();
    assertEquals(StubImage.size(), elf.length);
    long base = elf().getLong(P_VADDR);
    assertEquals(0, elf().getLong(P_OFFSET));
    assertEquals(elf.length, elf().getLong(P_FILESZ));
    int at = Math.toIntExact(StubImage.loopAddress() - base);
    assertEquals(0, at % 16);
    assertArrayEquals(
        new LoopCode().toByteArray(), Arrays.copyOfRange(elf, at, at + LoopCode.size()));
  }

  @Test
  void entersAtPauseAndComesBackToIt() {
    ByteBuffer elf = elf();
    int entry = Math.toIntExact(elf.getLong(24) - elf.getLong(P_VADDR));
    // mov eax,157; mov edi,1; mov esi,9; syscall: killed when its parent dies
    assertEquals((byte) 0xb8, elf.get(entry));
    assertEquals(157, elf.getInt(entry + 1));
    assertEquals(1, elf.getInt(entry + 6));
    assertEquals(9, elf.getInt(entry + 11));
    // mov eax,37; mov edi,30; syscall: an alarm
    int alarm = entry + 17;
    assertEquals((byte) 0xb8, elf.get(alarm));
    assertEquals(37, elf.getInt(alarm + 1));
    int pause = alarm + 12;
    // mov eax,34; syscall; jmp
    assertEquals((byte) 0xb8, elf.get(pause));
    assertEquals(34, elf.getInt(pause + 1));
    assertEquals((short) 0x050f, elf.getShort(pause + 5));
    assertEquals((byte) 0xeb, elf.get(pause + 7));
    assertEquals(0, 9 + elf.get(pause + 8), "the jump leads to the pause again");
  }

  @Test
  void readelfTakesItForAProgram(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("stub");
    Files.write(file, StubImage.elf());
    Process readelf;
    try {
      readelf =
          new ProcessBuilder("readelf", "-hlW", file.toString()).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "no readelf: " + e.getMessage());
      throw e;
    }
    String output = new String(readelf.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, readelf.waitFor(), output);
    String text = output.replaceAll("[ \\t]+", " ");
    assertFalse(text.contains("Warning") || text.contains("Error"), output);
    assertTrue(text.contains("Class: ELF64"), output);
    assertTrue(text.contains("Type: EXEC (Executable file)"), output);
    assertTrue(text.contains("Machine: Advanced Micro Devices X86-64"), output);
    assertTrue(text.contains("Entry point address: 0x4000b0"), output);
    assertTrue(text.contains("Number of program headers: 2"), output);
    assertTrue(text.contains("GNU_STACK"), output);
    assertFalse(text.contains("RWE"), "something is writable and executable: " + output);
  }
}
