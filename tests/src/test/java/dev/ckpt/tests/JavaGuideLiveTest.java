package dev.ckpt.tests;

import static dev.ckpt.tests.HelperClient.ask;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.Checkpoint;
import dev.ckpt.FrozenProcess;
import dev.ckpt.HelperProcess;
import dev.ckpt.Restart;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.format.SealSecret;
import dev.ckpt.junit.FrozenHelper;
import dev.ckpt.junit.Helper;
import dev.ckpt.junit.RunningHelper;
import dev.ckpt.junit.WarmUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Every piece of Java in docs/java.md stands here, and runs. */
@Tag("live")
class JavaGuideLiveTest extends InnerJunit {
  private static final Pattern SNIPPET = Pattern.compile("(?s)```java\n(.*?)```");

  @TempDir Path folder;

  @Test
  void everySnippetOfTheGuideIsHere() throws IOException {
    String here =
        flat(
            Files.readString(
                Programs.root()
                    .resolve("tests/src/test/java/dev/ckpt/tests/JavaGuideLiveTest.java"),
                UTF_8));
    Matcher snippets =
        SNIPPET.matcher(Files.readString(Programs.root().resolve("docs/java.md"), UTF_8));
    int nr = 0;
    while (snippets.find()) {
      assertTrue(here.contains(flat(snippets.group(1))), snippets.group(1));
      nr++;
    }
    assertTrue(nr >= 6, nr + " snippets");
  }

  private static String flat(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  @Test
  void imagesByPath() throws IOException {
    try (HelperProcess running = HelperProcess.command("sleep", "0.5").start()) {
      long pid = running.pid();
      Path image = folder.resolve("job.ckpt");

      CheckpointResult result = Checkpoint.of(pid).to(image).ending().dump();
      System.out.println("frozen for " + result.frozenNanos() / 1_000_000 + " ms");

      try (HelperProcess job = Restart.from(image).start()) {
        int status = job.waitFor();
        System.out.println("ended with " + status);
        assertEquals(0, status);
      }
    }
  }

  @Test
  void refusals() throws IOException {
    int port = HelperClient.freePort();
    try (HelperProcess running = HelperClient.start(port)) {
      ask(port, "fork");
      long pid = running.pid();
      Path image = folder.resolve("job.ckpt");
      List<String> log = new ArrayList<>();

      try {
        Checkpoint.of(pid).to(image).dump();
      } catch (UnsupportedStateException e) {
        for (Refusal refusal : e.refusals()) {
          log.add(refusal.code() + ": " + refusal.remedy());
        }
      }

      assertTrue(log.get(0).startsWith("TASK_CHILDREN"), log.toString());
    }
  }

  @Test
  void sealed() throws IOException {
    try (HelperProcess running = HelperProcess.command("sleep", "1000").start()) {
      long pid = running.pid();
      Path image = folder.resolve("job.ckpt");
      byte[] keyFile = new byte[40];

      try (SealSecret secret = SealSecret.ofKeyFile(keyFile)) {
        Checkpoint.of(pid).to(image).sealedWith(secret).ending().dump();
        ProcessHandle job = Restart.from(image).keys(secret).startDetached();
        job.destroy();
        job.onExit().join();
      }
    }
  }

  @Test
  void helpers() throws IOException {
    int port = HelperClient.freePort();
    String server = HelperClient.program();

    try (HelperProcess helper = HelperProcess.command(server, "" + port).start()) {
      helper.awaitPort(port, Duration.ofSeconds(10));
      ask(port, "add 5");
      try (FrozenProcess frozen = helper.freeze()) {
        for (int i = 0; i < 3; i++) {
          try (HelperProcess again = frozen.restore()) {
            assertEquals("5", ask(port, "get"));
            ask(port, "add 1");
            assertTrue(again.isAlive());
          }
        }
      }
    }
  }

  private static String server() {
    return helperProgram();
  }

  static class CounterTest {
    @RegisterExtension
    static final FrozenHelper counter =
        FrozenHelper.command(server(), "{port}")
            .warmUp(helper -> ask(helper.port(), "add 10000"))
            .build();

    @Test
    void counts() throws IOException {
      assertEquals("10001", ask(counter.port(), "add 1"));
    }

    @Test
    void knowsNothingOfTheOtherTest() throws IOException {
      assertEquals("10000", ask(counter.port(), "get"));
    }
  }

  static class AnnotatedTest {
    @Helper(
        command = {"sh", "-c", "echo listening; exec sleep 1000"},
        readyOutput = "listening",
        warmUp = Fixtures.class)
    RunningHelper service;

    @Test
    void hasItsFixtures() throws IOException {
      assertEquals("10 rows", Files.readString(service.folder().resolve("data")));
    }

    public static final class Fixtures implements WarmUp {
      @Override
      public void warmUp(RunningHelper helper) throws IOException {
        Files.writeString(helper.folder().resolve("data"), "10 rows");
      }
    }
  }

  @Test
  void inTests() throws IOException {
    expectAllGood(run(CounterTest.class), 2);
    expectAllGood(run(AnnotatedTest.class), 1);
    assertFalse(errors.contains("ckpt:"), errors);
  }
}
