package dev.ckpt.tests;

import static dev.ckpt.tests.HelperClient.ask;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.junit.FrozenHelper;
import dev.ckpt.junit.IfImpossible;
import dev.ckpt.junit.RunningHelper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** What the JUnit extension does where something is in its way. */
@Tag("live")
class ImpossibleHelperLiveTest extends InnerJunit {
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

  /** As a client with a pool of connections does. */
  private static void hold(RunningHelper helper) throws IOException {
    Socket held = new Socket(InetAddress.getLoopbackAddress(), helper.port());
    HELD.add(held);
    held.getOutputStream().write("hold\n".getBytes(UTF_8));
    assertEquals('o', held.getInputStream().read());
  }

  private static final List<Socket> HELD = new ArrayList<>();

  static class Holding {
    @RegisterExtension
    static final FrozenHelper HELPER =
        helper().warmUp(ImpossibleHelperLiveTest::hold).closingConnections().build();

    @RepeatedTest(2)
    void comesBack() throws IOException {
      assertEquals("8", ask(HELPER.port(), "add 1"));
    }
  }

  static class HoldingFails {
    @RegisterExtension
    static final FrozenHelper HELPER =
        helper().warmUp(ImpossibleHelperLiveTest::hold).ifImpossible(IfImpossible.FAIL).build();

    @Test
    void neverRuns() {}
  }

  @Test
  void connectionsAreRefusedOrClosed() throws IOException {
    try {
      expectAllGood(run(Holding.class), 2);
      assertEquals(1, WARM_UPS.get());
      assertEquals("", errors);
      String failure = failureOf(run(HoldingFails.class));
      assertTrue(failure.contains("helper helper cannot be frozen: TCP_CONNECTION"), failure);
    } finally {
      for (Socket each : HELD) {
        each.close();
      }
    }
  }

  static class Forking {
    @RegisterExtension
    static final FrozenHelper HELPER = helper().warmUp(ImpossibleHelperLiveTest::fork).build();

    @RepeatedTest(2)
    void startedAnew() throws IOException {
      assertEquals("8", ask(HELPER.port(), "add 1"));
    }
  }

  static class ForkingFails {
    @RegisterExtension
    static final FrozenHelper HELPER =
        helper().warmUp(ImpossibleHelperLiveTest::fork).ifImpossible(IfImpossible.FAIL).build();

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
    // NB: anybody may take the other one too.
    assertTrue(WARM_UPS.get() >= 2, errors);
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

  /** As root has it in a container: no capability at all. */
  @Test
  void whoeverMayNotRestoreHasItStartedAnew() throws Exception {
    String said =
        inAnotherJvm(
            List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"),
            System.getProperty("java.io.tmpdir"),
            WithoutRights.class);
    List<String> lines = said.lines().filter(line -> line.startsWith("ckpt: ")).toList();
    assertEquals(1, lines.size(), said);
    assertTrue(
        lines.get(0).startsWith("ckpt: helper helper does not come back: NO_RIGHT_TO_PIDS: "),
        said);
    assertTrue(lines.get(0).endsWith("; it is started anew for every test"), said);
  }

  /** He may not choose pids, but make namespaces. The JVM has one right, to read our classes. */
  @Test
  void anOrdinaryUserHasItBackInNamespacesOfItsOwn() throws Exception {
    assumeTrue(Tasks.effectiveUser() == 0, "only root can become an ordinary user");
    Path folder = LiveProgram.newFolder();
    try {
      Path program = folder.resolve("helper");
      Files.copy(Path.of(helperProgram()), program);
      LiveProgram.command("chown", "-R", "1234:1234", folder.toString());
      List<String> user =
          List.of(
              "setpriv",
              "--reuid=1234",
              "--regid=1234",
              "--clear-groups",
              "--inh-caps=+dac_read_search",
              "--ambient-caps=+dac_read_search");
      String said = inAnotherJvm(user, folder.toString(), AsUser.class);
      assumeFalse(said.contains("NO_RIGHT_TO_NAMESPACE"), "no user namespaces for everybody here");
      assertEquals(List.of(), said.lines().filter(line -> line.startsWith("ckpt: ")).toList());
    } finally {
      LiveProgram.command("rm", "-rf", folder.toString());
    }
  }

  static class OfAUser {
    @RegisterExtension
    static final FrozenHelper HELPER =
        FrozenHelper.command(
                "setpriv",
                "--inh-caps=-all",
                "--ambient-caps=-all",
                Path.of(System.getProperty("java.io.tmpdir"), "helper").toString(),
                "{port}")
            .readyWhenOutput("ready")
            .warmUp(InnerJunit::addSeven)
            .build();

    @RepeatedTest(3)
    void comesBack() throws IOException {
      SEEN.add(HELPER.helper());
      assertEquals("8", ask(HELPER.port(), "add 1"));
    }
  }

  /** The same as an ordinary user. */
  static final class AsUser extends InnerJunit {
    public static void main(String[] arguments) throws IOException {
      AsUser inner = new AsUser();
      expectAllGood(inner.run(OfAUser.class), 3);
      System.err.print(inner.errors);
      assertEquals(1, WARM_UPS.get(), "it was started once");
    }
  }

  private static String inAnotherJvm(List<String> before, String tmp, Class<?> main)
      throws Exception {
    List<String> words = new ArrayList<>(before);
    words.addAll(Jvm.words());
    words.add("-Djava.io.tmpdir=" + tmp);
    words.add(main.getName());
    Process jvm = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(jvm.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, jvm.waitFor(), said);
    return said;
  }

  /** Runs a test class in a JVM of its own, and ends with 0 if its two tests passed. */
  static final class WithoutRights extends InnerJunit {
    public static void main(String[] arguments) throws IOException {
      WithoutRights inner = new WithoutRights();
      expectAllGood(inner.run(Plain.class), 2);
      System.err.print(inner.errors);
    }
  }
}
