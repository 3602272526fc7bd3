package dev.ckpt.tests;

import static dev.ckpt.tests.HelperClient.ask;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.junit.FrozenHelper;
import dev.ckpt.junit.IfImpossible;
import dev.ckpt.junit.RunningHelper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
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
    List<String> words =
        new ArrayList<>(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
    words.addAll(Jvm.words());
    words.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
    words.add(WithoutRights.class.getName());
    Process jvm = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(jvm.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, jvm.waitFor(), said);
    List<String> lines = said.lines().filter(line -> line.startsWith("ckpt: ")).toList();
    assertEquals(1, lines.size(), said);
    assertTrue(
        lines.get(0).startsWith("ckpt: helper helper does not come back: NO_RIGHT_TO_PIDS: "),
        said);
    assertTrue(lines.get(0).endsWith("; it is started anew for every test"), said);
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
