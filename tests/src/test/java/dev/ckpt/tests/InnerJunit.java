package dev.ckpt.tests;

import static dev.ckpt.tests.HelperClient.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.ckpt.junit.FrozenHelper;
import dev.ckpt.junit.RunningHelper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/**
 * Runs test classes by a JUnit within this one, and looks whether anything is left of their
 * helpers.
 */
abstract class InnerJunit {
  static final List<RunningHelper> SEEN = new ArrayList<>();
  static final AtomicInteger WARM_UPS = new AtomicInteger();

  private final Set<Path> before = temporaryFolders();
  String errors = "";

  @BeforeEach
  void forget() {
    SEEN.clear();
    WARM_UPS.set(0);
  }

  static Set<Path> temporaryFolders() {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return new HashSet<>(
          all.filter(path -> path.getFileName().toString().startsWith("ckpt")).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a class; afterwards no process and no file is left. */
  final EngineExecutionResults run(Class<?> type, String... settings) throws IOException {
    EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter").selectors(selectClass(type));
    for (int i = 0; i < settings.length; i += 2) {
      kit = kit.configurationParameter(settings[i], settings[i + 1]);
    }
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    PrintStream old = System.err;
    EngineExecutionResults results;
    try (PrintStream capture = new PrintStream(captured)) {
      System.setErr(capture);
      results = kit.execute();
    } finally {
      System.setErr(old);
    }
    errors = captured.toString();
    for (RunningHelper helper : SEEN) {
      assertFalse(helper.isAlive(), "pid " + helper.pid());
    }
    Set<Path> left = temporaryFolders();
    left.removeAll(before);
    assertEquals(Set.of(), left);
    return results;
  }

  static void expectAllGood(EngineExecutionResults results, int nrTests) {
    assertEquals(
        List.of(), results.allEvents().failed().stream().map(InnerJunit::failure).toList());
    assertEquals(nrTests, results.testEvents().succeeded().count());
  }

  static String failure(Event event) {
    Throwable thrown =
        event
            .getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)
            .getThrowable()
            .orElseThrow();
    StringBuilder text = new StringBuilder(thrown.toString());
    for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      text.append("; ").append(cause);
    }
    for (Throwable each : thrown.getSuppressed()) {
      text.append("; ").append(each.getMessage());
    }
    return text.toString();
  }

  static String failureOf(EngineExecutionResults results) {
    List<String> all = results.testEvents().failed().stream().map(InnerJunit::failure).toList();
    assertEquals(1, all.size(), all.toString());
    return all.get(0);
  }

  static String helperProgram() {
    try {
      return HelperClient.program();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static FrozenHelper.Builder helper(String... more) {
    List<String> words = new ArrayList<>(List.of(helperProgram(), "{port}"));
    words.addAll(List.of(more));
    return FrozenHelper.command(words.toArray(String[]::new)).warmUp(InnerJunit::addSeven);
  }

  static void addSeven(RunningHelper helper) throws IOException {
    WARM_UPS.incrementAndGet();
    assertEquals("7", ask(helper.port(), "add 7"));
    Files.writeString(helper.folder().resolve("file"), "warm");
  }

  /** A test's work: it finds what the warm-up left, and changes it. */
  static void use(RunningHelper helper) throws IOException {
    SEEN.add(helper);
    assertTrue(helper.isAlive());
    assertEquals("7", ask(helper.port(), "get"));
    assertEquals(Long.toString(helper.pid()), ask(helper.port(), "pid"));
    assertEquals("8", ask(helper.port(), "add 1"));
    assertEquals("warm", Files.readString(helper.folder().resolve("file")));
    Files.writeString(helper.folder().resolve("file"), "used");
    Files.writeString(helper.folder().resolve("other"), "new");
    ask(helper.port(), "say used");
    assertEquals("used\n", helper.newOutput());
  }
}
