package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a cold JVM must not do on the way: each of these takes it milliseconds, in an ordinary
 * command for the first time, and nobody would see where they went.
 */
@Tag("live")
class ColdStartLiveTest {
  /** What makes equals and hashCode of a record that does not have its own. */
  private static final String RECORDS = "java.lang.runtime.ObjectMethods";

  /** String.format. */
  private static final String FORMAT = "java.util.Formatter";

  /** What nobody needs whose images are plain. */
  private static final String COMPRESSION = "io.airlift";

  @TempDir Path folder;

  /** Runs the command; returns the names of the classes that it loaded. */
  private List<String> loads(String... arguments) throws IOException {
    Path log = folder.resolve("classes");
    Path output = folder.resolve("output");
    List<String> words = new ArrayList<>(CkptProcess.words());
    words.add(1, "-Xlog:class+load:file=" + log);
    words.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      assertEquals(0, process.waitFor(), Files.readString(output));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    List<String> names = new ArrayList<>();
    for (String line : Files.readAllLines(log)) {
      names.add(line.replaceFirst(".*\\] +(\\S+) source: .*", "$1"));
    }
    assertTrue(names.contains("dev.ckpt.cli.Main"), "no classes were listed");
    return names;
  }

  private static void assertLean(String command, List<String> names) {
    for (String dear : List.of(RECORDS, FORMAT)) {
      assertTrue(!names.contains(dear), command + " loads " + dear);
    }
    for (String name : names) {
      assertTrue(!name.startsWith(COMPRESSION), command + " loads " + name);
    }
  }

  @Test
  void noCommandDoesWhatIsDearForTheFirstTime() throws IOException {
    try (LiveProgram task = LiveProgram.start(new Programs.Program("exit_code", "save", 42))) {
      task.awaitReady();
      Path image = task.besides("image");
      String pid = Integer.toString(task.pid());

      assertLean("check", loads("check", pid));
      assertLean("dump", loads("dump", pid, "--stop", "-o", image.toString()));
      task.awaitGone();
      assertLean("show", loads("show", image.toString()));
      assertLean("verify", loads("verify", image.toString()));
      assertLean("restore", loads("restore", "--detach", image.toString()));
      Signals.kill(task.pid(), Signals.SIGKILL);
    }
  }
}
