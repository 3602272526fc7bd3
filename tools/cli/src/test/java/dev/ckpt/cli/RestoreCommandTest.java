package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreCommandTest {
  /** What an image begins with. */
  private static final byte[] MAGIC = {(byte) 0x89, 'C', 'K', 'P', 'T', '\r', '\n', 0x1a};

  @TempDir private Path folder;

  @Test
  void aFailureInTheForegroundIsNoCodeOfTheTask() {
    CommandRun run = CommandRun.of("restore", folder.resolve("missing.ckpt").toString());

    assertEquals(ExitCode.FOREGROUND_FAILED, run.code());
    assertTrue(run.err().startsWith("ckpt: NO_SUCH_FILE: "), run.err());
  }

  @Test
  void aFailureOfADetachedRestoreIsAnyFailure() {
    String image = folder.resolve("missing.ckpt").toString();

    assertEquals(ExitCode.FAILED, CommandRun.of("restore", "--detach", image).code());
  }

  @Test
  void jsonOfAForegroundRestoreLeavesStandardOutputToTheTask() {
    CommandRun run = CommandRun.of("restore", "--json", folder.resolve("missing").toString());

    assertEquals("", run.out());
    assertTrue(run.err().startsWith("{\"error\":"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  /** Restoring runs code. */
  @Test
  void anImageThatOthersCanWriteIsRefused() throws IOException {
    Path image = Files.write(folder.resolve("image"), MAGIC);
    for (String permissions : List.of("rw-rw----", "rw----rw-")) {
      Files.setPosixFilePermissions(image, PosixFilePermissions.fromString(permissions));
      CommandRun run = CommandRun.of("restore", image.toString());
      assertEquals(ExitCode.FOREGROUND_REFUSED, run.code());
      assertTrue(run.err().startsWith("ckpt: IMAGE_NOT_TRUSTED: image " + image), run.err());
    }
    assertIsRead(CommandRun.of("restore", "--trust-image", image.toString()));
    Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rw-r--r--"));
    assertIsRead(CommandRun.of("restore", image.toString()));
  }

  @Test
  void anImageOfAnotherUserIsRefused() throws IOException {
    assumeTrue(Tasks.effectiveUser() == 0, "only root may give files away");
    Path image = Files.write(folder.resolve("image"), MAGIC);
    Files.setAttribute(image, "unix:uid", 1);
    assertEquals(ExitCode.REFUSED, CommandRun.of("restore", "--detach", image.toString()).code());
    assertIsRead(CommandRun.of("restore", "--trust-image", image.toString()));
  }

  /** What is no whole image is found out by reading it. */
  private static void assertIsRead(CommandRun run) {
    assertEquals(ExitCode.FOREGROUND_FAILED, run.code());
    assertTrue(run.err().startsWith("ckpt: IMAGE_CORRUPT: "), run.err());
  }

  @Test
  void aFailedRestoreLeavesNoPidFile() {
    Path pid = folder.resolve("pid");
    CommandRun.of("restore", folder.resolve("missing").toString(), "--pid-file", pid.toString());

    assertFalse(Files.exists(pid));
  }

  @Test
  void aFailedRestoreLeavesAnOlderPidFileAsItWas() throws IOException {
    Path pid = Files.writeString(folder.resolve("pid"), "4711\n");
    CommandRun.of("restore", folder.resolve("missing").toString(), "--pid-file", pid.toString());

    assertEquals("4711\n", Files.readString(pid));
  }

  @Test
  void aPidFileThatCannotBeHadIsKnownBeforeTheRestore() {
    CommandRun run =
        CommandRun.of(
            "restore",
            folder.resolve("missing.ckpt").toString(),
            "--pid-file",
            folder.resolve("no/such/folder/pid").toString());

    assertTrue(run.err().contains("no/such/folder/pid"), run.err());
  }

  /** A restore that is killed cannot take it away again. */
  @Test
  void aPidFileIsNotThereBeforeTheProcessRuns() throws IOException {
    Path path = folder.resolve("pid");
    PidFile file = PidFile.of(Optional.of(path));

    assertFalse(Files.exists(path));
    assertEquals(Optional.empty(), file.write(812));
    assertEquals("812\n", Files.readString(path));
  }

  @Test
  void aPidFileIsNoFolderAndNoImage() throws IOException {
    Path image = Files.write(folder.resolve("image"), MAGIC);

    assertThrows(IOException.class, () -> PidFile.of(Optional.of(folder)));
    assertThrows(CkptException.class, () -> PidFile.of(Optional.of(image)));
    assertArrayEquals(MAGIC, Files.readAllBytes(image));
  }

  @Test
  void aPidFileHoldsThePidAlone() throws IOException {
    Path path = Files.writeString(folder.resolve("pid"), "an older and longer content\n");
    assertEquals(Optional.empty(), PidFile.of(Optional.of(path)).write(812));

    assertEquals("812\n", Files.readString(path));
  }
}
