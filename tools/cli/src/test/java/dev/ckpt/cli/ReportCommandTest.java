package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages about the golden image. */
class ReportCommandTest {
  private static final String GOLDEN = "format-spec/src/test/resources/golden/v1-small.ckpt";

  @TempDir Path folder;
  private Path golden;
  private Path output;

  @BeforeEach
  void find() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve(GOLDEN))) {
      root = root.getParent();
      assertTrue(root != null, "started outside of the source tree");
    }
    golden = root.resolve(GOLDEN);
    output = folder.resolve("page.html");
  }

  private CommandRun report(Path image, String... more) {
    String[] words = {"report", image.toString(), "-o", output.toString()};
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return CommandRun.of(all);
  }

  @Test
  void writesAPageForItsOwnerOnly() throws Exception {
    CommandRun run = report(golden);
    assertEquals(0, run.code(), run.toString());
    assertTrue(run.out().startsWith("report on " + golden + " written into "), run.out());
    String page = Files.readString(output);
    assertTrue(page.startsWith("<!DOCTYPE html>\n<html"), page);
    assertTrue(page.contains("<title>sleeper 812: checkpoint</title>"), page);
    assertEquals(
        PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(output));
  }

  @Test
  void replacesNothingUnasked() throws Exception {
    Files.writeString(output, "mine");
    CommandRun run = report(golden);
    assertEquals(3, run.code(), run.toString());
    assertTrue(run.err().startsWith("ckpt: IMAGE_EXISTS: report " + output), run.err());
    assertEquals("mine", Files.readString(output));
    assertEquals(0, report(golden, "--force").code());
    assertTrue(Files.readString(output).startsWith("<!DOCTYPE html>"));
  }

  @Test
  void leavesNothingOfAnImageThatIsCut() throws Exception {
    byte[] whole = Files.readAllBytes(golden);
    Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 8));
    CommandRun run = report(cut);
    assertEquals(1, run.code(), run.toString());
    assertTrue(run.err().startsWith("ckpt: IMAGE_CORRUPT: " + cut + ": image offset "), run.err());
    assertFalse(Files.exists(output));
    assertEquals(2, CommandRun.of("report", "-", "-o", output.toString()).code());
  }
}
