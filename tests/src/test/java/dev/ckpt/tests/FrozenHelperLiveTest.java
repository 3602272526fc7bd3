package dev.ckpt.tests;

import static dev.ckpt.tests.HelperClient.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.ckpt.junit.FrozenHelper;
import dev.ckpt.junit.Helper;
import dev.ckpt.junit.IfImpossible;
import dev.ckpt.junit.Lifetime;
import dev.ckpt.junit.RunningHelper;
import dev.ckpt.junit.WarmUp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** The JUnit extension, by test classes that a JUnit within this one runs. */
@Tag("live")
class FrozenHelperLiveTest {
  private static final List<RunningHelper> SEEN = new ArrayList<>();
  private static final AtomicInteger WARM_UPS = new AtomicInteger();

  private final Set<Path> before = temporaryFolders();
  private String errors = "";

  @BeforeEach
  void forget() {
    SEEN.clear();
    WARM_UPS.set(0);
  }

  private static Set<Path> temporaryFolders() {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return new HashSet<>(
          all.filter(path -> path.getFileName().toString().startsWith("ckpt")).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a class; afterwards no process and no file is left. */
  private EngineExecutionResults run(Class<?> type, String... settings) throws IOException {
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
    assertEquals(before, temporaryFolders());
    return results;
  }

  private static void expectAllGood(EngineExecutionResults results, int nrTests) {
    assertEquals(
        List.of(),
        results.allEvents().failed().stream().map(FrozenHelperLiveTest::failure).toList());
    assertEquals(nrTests, results.testEvents().succeeded().count());
  }

  private static String failure(Event event) {
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

  private static String failureOf(EngineExecutionResults results) {
    List<String> all =
        results.testEvents().failed().stream().map(FrozenHelperLiveTest::failure).toList();
    assertEquals(1, all.size(), all.toString());
    return all.get(0);
  }

  private static String helperProgram() {
    try {
      return HelperClient.program();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FrozenHelper.Builder helper(String... more) {
    List<String> words = new ArrayList<>(List.of(helperProgram(), "{port}"));
    words.addAll(List.of(more));
    return FrozenHelper.command(words.toArray(String[]::new))
        .warmUp(FrozenHelperLiveTest::addSeven);
  }

  private static void addSeven(RunningHelper helper) throws IOException {
    WARM_UPS.incrementAndGet();
    assertEquals("7", ask(helper.port(), "add 7"));
    Files.writeString(helper.folder().resolve("file"), "warm");
  }

  /** A test's work: it finds what the warm-up left, and changes it. */
  private static void use(RunningHelper helper) throws IOException {
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

  static class PerMethod {
    @RegisterExtension static final FrozenHelper HELPER = helper().build();

    @Test
    void one() throws IOException {
      use(HELPER.helper());
    }

    @RepeatedTest(3)
    void repeated() throws IOException {
      use(HELPER.helper());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void parameterized(int number) throws IOException {
      assertTrue(number > 0);
      use(HELPER.helper());
    }

    @Nested
    class Within {
      @Test
      void nested() throws IOException {
        use(HELPER.helper());
        assertEquals(HELPER.port(), HELPER.helper().port());
      }
    }
  }

  @Test
  void everyTestGetsItAsItWasFrozen() throws IOException {
    expectAllGood(run(PerMethod.class), 7);
    assertEquals(1, WARM_UPS.get());
    assertEquals(1, SEEN.stream().map(RunningHelper::pid).distinct().count());
    assertEquals("", errors);
    assertThrows(IllegalStateException.class, PerMethod.HELPER::port);
  }

  static class PerClass {
    @RegisterExtension static final FrozenHelper HELPER = helper().perClass().build();
    private static final AtomicInteger SUM = new AtomicInteger(7);

    @RepeatedTest(3)
    void goesOn() throws IOException {
      SEEN.add(HELPER.helper());
      assertEquals(Integer.toString(SUM.addAndGet(2)), ask(HELPER.port(), "add 2"));
    }
  }

  @Test
  void oneOfAClassGoesOn() throws IOException {
    PerClass.SUM.set(7);
    expectAllGood(run(PerClass.class), 3);
    assertEquals(1, WARM_UPS.get());
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class Parallel {
    @RegisterExtension static final FrozenHelper HELPER = helper().build();
    private static final CyclicBarrier BARRIER = new CyclicBarrier(3);
    private static final ConcurrentLinkedQueue<RunningHelper> ALL = new ConcurrentLinkedQueue<>();

    @Execution(ExecutionMode.CONCURRENT)
    @RepeatedTest(6)
    void atTheSameTime() throws Exception {
      RunningHelper mine = HELPER.helper();
      ALL.add(mine);
      BARRIER.await(60, TimeUnit.SECONDS);
      assertEquals("7", ask(mine.port(), "get"));
      assertEquals("8", ask(mine.port(), "add 1"));
      assertEquals(Long.toString(mine.pid()), ask(mine.port(), "pid"));
      BARRIER.await(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void testsAtTheSameTimeHaveOneEach() throws IOException {
    Parallel.ALL.clear();
    expectAllGood(
        run(
            Parallel.class,
            "junit.jupiter.execution.parallel.enabled",
            "true",
            "junit.jupiter.execution.parallel.config.strategy",
            "fixed",
            "junit.jupiter.execution.parallel.config.fixed.parallelism",
            "3"),
        6);
    assertEquals(3, WARM_UPS.get());
    assertEquals(3, Parallel.ALL.stream().map(RunningHelper::port).distinct().count());
  }

  /** What annotations name. */
  public static final class WritesFile implements WarmUp {
    @Override
    public void warmUp(RunningHelper helper) throws IOException {
      WARM_UPS.incrementAndGet();
      Files.writeString(helper.folder().resolve("file"), helper.output());
    }
  }

  static class Annotated {
    @Helper(
        command = {"sh", "-c", "echo $WORD; exec sleep 1000"},
        environment = "WORD=up",
        readyOutput = "^up$",
        warmUp = WritesFile.class)
    RunningHelper field;

    @RepeatedTest(2)
    void inAField() throws IOException {
      SEEN.add(field);
      Path file = field.folder().resolve("file");
      assertEquals("up\n", Files.readString(file));
      Files.writeString(file, "changed");
      assertTrue(field.isAlive());
    }

    @Test
    void inAParameter(
        @Helper(
                command = {"sh", "-c", "echo up; exec sleep 1000"},
                readyOutput = "^up$")
            RunningHelper sleeper)
        throws IOException {
      SEEN.add(sleeper);
      assertNotEquals(field.pid(), sleeper.pid());
      assertEquals(0, sleeper.port());
      assertEquals("up\n", sleeper.output());
      assertEquals("", sleeper.newOutput());
    }

    @Test
    void readyByAFile(
        @Helper(
                command = {"sh", "-c", "touch {folder}/up; exec sleep 1000"},
                readyFile = "up",
                lifetime = Lifetime.PER_CLASS,
                ifImpossible = IfImpossible.FAIL)
            RunningHelper sleeper)
        throws IOException {
      SEEN.add(sleeper);
      assertTrue(sleeper.isAlive());
    }
  }

  @Test
  void annotationsSayTheSame() throws IOException {
    expectAllGood(run(Annotated.class), 4);
    assertEquals(1, WARM_UPS.get());
  }

  static class Misplaced {
    @Helper(command = "true")
    String text;

    @Test
    void neverRuns() {}
  }

  static class TooEarly {
    @BeforeAll
    static void early(@Helper(command = "true") RunningHelper helper) {}

    @Test
    void neverRuns() {}
  }

  @Test
  void whatIsMisplacedIsSaid() throws IOException {
    assertTrue(failureOf(run(Misplaced.class)).contains("it must be a RunningHelper"));
    String early = failure(run(TooEarly.class).containerEvents().failed().list().get(0));
    assertTrue(early.contains("here is no test yet"), early);
  }

  static class Failing {
    @RegisterExtension static final FrozenHelper HELPER = helper().build();

    @Test
    void fails() throws IOException {
      SEEN.add(HELPER.helper());
      ask(HELPER.port(), "say what it says");
      throw new IllegalStateException("no luck");
    }

    @Test
    void passes() throws IOException {
      use(HELPER.helper());
    }
  }

  @Test
  void aFailureComesWithWhatTheHelperWrote() throws IOException {
    EngineExecutionResults results = run(Failing.class);
    String failure = failureOf(results);
    assertTrue(failure.startsWith("java.lang.IllegalStateException: no luck; helper helper (pid "));
    assertTrue(failure.endsWith(") wrote:\nwhat it says"), failure);
    assertEquals(1, results.testEvents().succeeded().count());
  }

  static class Dying {
    @RegisterExtension static final FrozenHelper HELPER = helper().warmUp(Dying::end).build();

    private static void end(RunningHelper helper) throws IOException {
      SEEN.add(helper);
      ask(helper.port(), "exit 9");
      Await.until("the end", () -> !helper.isAlive(), () -> "pid " + helper.pid());
    }

    @Test
    void neverRuns() {}
  }

  static class NeverReady {
    @RegisterExtension
    static final FrozenHelper HELPER =
        helper("silent").readyWhenOutput("ready").patience(Duration.ofMillis(300)).build();

    @Test
    void neverRuns() {}
  }

  static class WarmUpFails {
    @RegisterExtension
    static final FrozenHelper HELPER =
        helper()
            .warmUp(
                helper -> {
                  throw new IllegalStateException("cold");
                })
            .build();

    @Test
    void neverRuns() {}
  }

  static class NoProgram {
    @RegisterExtension
    static final FrozenHelper HELPER = FrozenHelper.command("no-such-program").build();

    @Test
    void neverRuns() {}
  }

  @Test
  void aHelperThatIsNotThereInTheEndIsExplained() throws IOException {
    String dying = failureOf(run(Dying.class));
    assertTrue(
        dying.contains("helper helper ended with 9 in its warm-up; it wrote:\nready"), dying);
    String late = failureOf(run(NeverReady.class));
    assertTrue(late.contains("was not ready within PT0.3S; it wrote nothing"), late);
    String cold = failureOf(run(WarmUpFails.class));
    assertTrue(cold.contains("the warm-up of helper helper failed: "), cold);
    assertTrue(cold.contains("cold; it wrote:\nready"), cold);
    String none = failureOf(run(NoProgram.class));
    assertTrue(none.contains("no program no-such-program in ["), none);
  }

  private static void fork(RunningHelper helper) throws IOException {
    ask(helper.port(), "fork");
  }

  static class Forking {
    @RegisterExtension
    static final FrozenHelper HELPER = helper().warmUp(FrozenHelperLiveTest::fork).build();

    @RepeatedTest(2)
    void startedAnew() throws IOException {
      assertEquals("8", ask(HELPER.port(), "add 1"));
    }
  }

  static class ForkingFails {
    @RegisterExtension
    static final FrozenHelper HELPER =
        helper().warmUp(FrozenHelperLiveTest::fork).ifImpossible(IfImpossible.FAIL).build();

    @Test
    void neverRuns() {}
  }

  @Test
  void oneThatCannotBeFrozenIsStartedAnewOrFails() throws IOException {
    expectAllGood(run(Forking.class), 2);
    assertEquals(2, WARM_UPS.get());
    assertTrue(errors.startsWith("ckpt: helper helper cannot be frozen: TASK_CHILDREN: "), errors);
    assertTrue(errors.endsWith("; it is started anew for every test\n"), errors);
    assertEquals(1, errors.lines().count(), errors);
    String failure = failureOf(run(ForkingFails.class));
    assertTrue(failure.contains("helper helper cannot be frozen: TASK_CHILDREN"), failure);
  }

  static class PidTaken {
    @RegisterExtension static final FrozenHelper HELPER = helper().build();
    private static final AtomicInteger PID = new AtomicInteger();
    private static final AtomicInteger OCCUPANT = new AtomicInteger();

    /** JUnit makes one of these for each test, before its helper comes back. */
    PidTaken() throws IOException {
      if (PID.get() != 0 && OCCUPANT.get() == 0) {
        OCCUPANT.set(Pids.occupy(PID.get()));
      }
    }

    @RepeatedTest(3)
    void comesBack() throws IOException {
      RunningHelper helper = HELPER.helper();
      SEEN.add(helper);
      assertEquals("8", ask(helper.port(), "add 1"));
      PID.set((int) helper.pid());
    }
  }

  /** Somebody else has its pid: it is started and frozen once more, under another one. */
  @Test
  void onePidIsAsGoodAsAnother() throws IOException {
    assumeTrue(Pids.canOccupy(), "needs root");
    PidTaken.PID.set(0);
    PidTaken.OCCUPANT.set(0);
    try {
      EngineExecutionResults results = run(PidTaken.class);
      expectAllGood(results, 3);
    } finally {
      Pids.free(PidTaken.OCCUPANT.get());
    }
    assertEquals(2, WARM_UPS.get());
    assertTrue(errors.startsWith("ckpt: helper helper does not come back: PID_TAKEN: "), errors);
    assertTrue(errors.endsWith("; it is started once more\n"), errors);
  }

  @Test
  void whereNothingCanBeFrozenItIsAPlainProcess() throws IOException {
    System.setProperty("ckpt.junit.neverFreeze", "true");
    try {
      expectAllGood(run(Plain.class), 2);
    } finally {
      System.clearProperty("ckpt.junit.neverFreeze");
    }
    assertEquals(2, WARM_UPS.get());
    assertTrue(errors.startsWith("ckpt: helper helper cannot be frozen: "), errors);
    assertEquals(1, errors.lines().count(), errors);
  }

  static class Plain {
    @RegisterExtension static final FrozenHelper HELPER = helper().build();

    @RepeatedTest(2)
    void startedAnew() throws IOException {
      SEEN.add(HELPER.helper());
      assertEquals("8", ask(HELPER.port(), "add 1"));
      assertTrue(HELPER.helper().output().startsWith("ready\n"));
    }
  }
}
