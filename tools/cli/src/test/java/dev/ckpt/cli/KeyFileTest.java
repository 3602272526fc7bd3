package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.SealSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
  private static final int LONGEST = 64 << 10;

  @TempDir Path folder;

  private static byte[] bytes(int len) {
    byte[] bytes = new byte[len];
    Arrays.fill(bytes, (byte) 0x4b);
    return bytes;
  }

  private Path file(int len, String mode) throws IOException {
    Path file = Files.write(folder.resolve("key"), bytes(len));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  private static void refused(Path path, String why) {
    UnsupportedStateException e =
        assertThrows(UnsupportedStateException.class, () -> KeyFile.read(path).close());
    assertEquals(RefusalCode.KEY_FILE, e.code());
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  /** What was read opens what the same bytes have sealed. */
  private static void holds(SealSecret read, int len) throws IOException {
    try (read;
        SealSecret same = SealSecret.ofKeyFile(bytes(len));
        ImageKey key = same.newKey()) {
      assertEquals(key.seal(), read.keyOf(key.seal()).seal());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 33, 4097, LONGEST})
  void readsAllOfIt(int len) throws IOException {
    holds(KeyFile.read(file(len, "rw-------")), len);
    Files.delete(folder.resolve("key"));
    holds(KeyFile.read(file(len, "r--------")), len);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rw---x---"})
  void refusesOneThatIsNotForItsOwnerOnly(String mode) throws IOException {
    refused(file(32, mode), "others");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31})
  void refusesOneThatIsTooShort(int len) throws IOException {
    refused(file(len, "rw-------"), "has " + len + " bytes");
  }

  @Test
  void refusesOneThatIsTooLong() throws IOException {
    refused(file(LONGEST + 1, "rw-------"), "longer than 64 KiB");
  }

  @Test
  void refusesAFolderAndNamesWhatIsNotThere() {
    refused(folder, "is a folder");
    Path none = folder.resolve("none");
    NoSuchFileException e =
        assertThrows(NoSuchFileException.class, () -> KeyFile.read(none).close());
    assertEquals(none.toString(), e.getFile());
  }

  @Test
  void readsAPipeToItsEnd() throws IOException {
    try (PipePair pipe = PipePair.open(0)) {
      pipe.write(bytes(40));
      Path path = Path.of("/dev/fd/" + pipe.readEnd().number());
      pipe.writeEnd().close();
      holds(KeyFile.read(path), 40);
    }
  }
}
