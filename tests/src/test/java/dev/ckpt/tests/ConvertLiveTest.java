package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs whose images are put into other formats, changed there, and restored. */
@Tag("live")
class ConvertLiveTest {
  private static final Pattern SHELL = Pattern.compile("(?s)```sh\n(.*?)```");
  private static final Pattern ANSWER = Pattern.compile("(?s)```text\n(.*?)```");
  private static final int SECONDS = 120;

  @TempDir Path folder;

  /** Every command of docs/convert.md, as it stands there: a greeting, a port and a path change. */
  @Test
  void theExampleOfTheGuideDoesWhatItSays() throws Exception {
    String guide = Files.readString(Programs.root().resolve("docs/convert.md"), UTF_8);
    StringBuilder script = new StringBuilder("set -e\nexport PATH=" + folder + ":$PATH\n");
    script.append("trap '[ -z \"$pid\" ] || kill -9 $pid 2> /dev/null || :' EXIT\n");
    Matcher blocks = SHELL.matcher(guide);
    int nr = 0;
    while (blocks.find()) {
      script.append(blocks.group(1));
      nr++;
    }
    assertEquals(4, nr, "pieces of shell");
    CkptProcess.writeScript(folder.resolve("ckpt"));
    String out = run(withFreePorts(script.toString()));
    Matcher answer = ANSWER.matcher(guide);
    assertTrue(answer.find());
    assertTrue(out.endsWith(answer.group(1)), out);
    assertEquals("good-evening\n", last(folder.resolve("evening.log")));
    assertFalse(Files.readString(folder.resolve("morning.log")).contains("evening"));
  }

  /** The ports of the guide may be in use here. */
  private static String withFreePorts(String script) throws IOException {
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      return script
          .replace("8460", Integer.toString(one.getLocalPort()))
          .replace("8461", Integer.toString(other.getLocalPort()));
    }
  }

  private static String last(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return lines.get(lines.size() - 1) + "\n";
  }

  /** NB: what comes of it goes to a file: a pipe would be the program's as well. */
  private String run(String script) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Process shell =
        new ProcessBuilder("bash", "-c", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .start();
    boolean ended = shell.waitFor(SECONDS, TimeUnit.SECONDS);
    String text = Files.readString(out);
    assertTrue(ended, text);
    assertEquals(0, shell.exitValue(), text);
    return text;
  }
}
