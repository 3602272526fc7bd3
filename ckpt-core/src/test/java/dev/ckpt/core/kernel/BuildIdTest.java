package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildIdTest {
  private static final int NOTES = 64 + 2 * 56;
  private static final byte[] ID =
      HexFormat.of().parseHex("00112233445566778899aabbccddeeff01020304");

  /** A file with a load segment and one of notes: another's note first, then the build id. */
  private static ByteBuffer elf(int alignment, byte[] id) {
    ByteBuffer file = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1);
    file.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 2);
    file.putInt(64, 1);
    file.putInt(64 + 56, 4).putLong(64 + 56 + 8, NOTES).putLong(64 + 56 + 48, alignment);
    file.position(NOTES);
    note(file, alignment, 5, new byte[] {1, 2, 3, 4, 5});
    note(file, alignment, 3, id);
    file.putLong(64 + 56 + 32, file.position() - NOTES);
    return file;
  }

  private static void note(ByteBuffer file, int alignment, int type, byte[] content) {
    file.putInt(4).putInt(content.length).putInt(type).put(new byte[] {'G', 'N', 'U', 0});
    align(file, alignment);
    file.put(content);
    align(file, alignment);
  }

  private static void align(ByteBuffer file, int alignment) {
    file.position(NOTES + ((file.position() - NOTES + alignment - 1) & -alignment));
  }

  private static Optional<ByteString> find(ByteBuffer file) throws SyscallException {
    return BuildId.find(
        (offset, lenBytes) -> {
          int from = (int) Math.min(offset, file.limit());
          int to = Math.min(from + lenBytes, file.limit());
          byte[] bytes = new byte[to - from];
          file.get(from, bytes);
          return ByteBuffer.wrap(bytes);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void findsItBehindOtherNotes(int alignment) throws SyscallException {
    assertEquals(Optional.of(ByteString.of(ID)), find(elf(alignment, ID)));
  }

  @Test
  void takesNoneThatIsEmptyOrTooLong() throws SyscallException {
    assertEquals(Optional.empty(), find(elf(4, new byte[0])));
    assertEquals(Optional.of(ByteString.of(new byte[64])), find(elf(4, new byte[64])));
    assertEquals(Optional.empty(), find(elf(4, new byte[65])));
  }

  @Test
  void otherFilesHaveNone() throws SyscallException {
    assertEquals(Optional.empty(), find(ByteBuffer.allocate(0)));
    assertEquals(Optional.empty(), find(ByteBuffer.wrap("#!/bin/sh\n".getBytes())));
    assertEquals(Optional.empty(), find(elf(4, ID).put(4, (byte) 1)));
    assertEquals(Optional.empty(), find(elf(4, ID).putInt(64 + 56, 1)));
  }

  @Test
  void damageIsNoReasonToFail() throws SyscallException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      ByteBuffer file = elf(i % 2 == 0 ? 4 : 8, ID);
      for (int n = random.nextInt(6); n >= 0; n--) {
        file.putInt(random.nextInt(300), random.nextBoolean() ? -1 : random.nextInt());
      }
      file.limit(random.nextInt(file.capacity() + 1));
      try {
        find(file);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", file " + i, e);
      }
    }
  }

  @Test
  void readsThatOfARealProgram(@TempDir Path folder) throws IOException {
    ByteString own = ByteString.of("/proc/self/exe");
    Optional<ByteString> id = BuildId.of(own);
    Path copy = Files.copy(Path.of("/proc/self/exe"), folder.resolve("copy"));
    assertEquals(id, BuildId.of(ByteString.of(copy.toString())));
    Path text = Files.writeString(folder.resolve("text"), "no program");
    assertTrue(BuildId.of(ByteString.of(text.toString())).isEmpty());
  }
}
