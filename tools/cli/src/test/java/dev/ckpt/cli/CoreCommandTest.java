package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Core files of the golden image, and arguments that make no sense. */
class CoreCommandTest {
  private static final String GOLDEN = "format-spec/src/test/resources/golden/v1-small.ckpt";

  @TempDir Path folder;
  private String golden;
  private Path output;

  @BeforeEach
  void find() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve(GOLDEN))) {
      root = root.getParent();
      assertTrue(root != null, "started outside of the source tree");
    }
    golden = root.resolve(GOLDEN).toString();
    output = folder.resolve("core");
  }

  private CommandRun core(String what, String... more) {
    String[] words = {"core", what, "-o", output.toString()};
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return CommandRun.of(all);
  }

  private void expectNothing(int code, CommandRun run, String part) throws IOException {
    assertEquals(code, run.code(), run.toString());
    assertTrue(run.err().contains(part), run.toString());
    try (var left = Files.list(folder)) {
      assertEquals(List.of(), left.filter(file -> !file.endsWith("other")).toList());
    }
  }

  @Test
  void writesACoreForItsOwnerOnly() throws Exception {
    CommandRun run = core(golden);
    assertEquals(0, run.code(), run.toString());
    assertTrue(run.out().startsWith("core of " + golden + " written into "), run.out());
    byte[] head = Arrays.copyOf(Files.readAllBytes(output), 18);
    assertArrayEquals(
        new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0}, head);
    assertEquals(
        PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(output));
    CommandRun json = core(golden, "--force", "--json");
    assertEquals(0, json.code(), json.toString());
    assertTrue(json.out().contains("\"fileBytes\":" + Files.size(output)), json.out());
  }

  @Test
  void replacesNothingUnasked() throws Exception {
    Files.writeString(output, "mine");
    CommandRun run = core(golden);
    assertEquals(3, run.code(), run.toString());
    assertTrue(run.err().startsWith("ckpt: IMAGE_EXISTS: core file " + output), run.err());
    assertEquals("mine", Files.readString(output));
    assertEquals(0, core(golden, "--force").code());
    assertTrue(Files.size(output) > 4096);
  }

  @Test
  void leavesNothingOfAnImageThatIsCut() throws Exception {
    byte[] whole = Files.readAllBytes(Path.of(golden));
    Path cut = Files.write(folder.resolve("other"), Arrays.copyOf(whole, whole.length - 8));
    CommandRun run = core(cut.toString());
    expectNothing(1, run, "ckpt: IMAGE_CORRUPT: " + cut + ": image offset ");
  }

  @Test
  void digitsAreAProcessAndAPathIsAFile() throws Exception {
    expectNothing(3, core("999999999"), "ckpt: TASK_NONE: ");
    expectNothing(2, core("0"), "'0' is not a process id");
    expectNothing(1, core("./999999999"), "ckpt: NO_SUCH_FILE: ./999999999");
    expectNothing(2, core("812", "--key-file", "x"), "812 is a process");
    expectNothing(2, core("-"), "not of a pipe");
    assertFalse(Files.exists(output));
  }
}
