package dev.ckpt.tests;

import static dev.ckpt.tests.HelperClient.PATIENCE;
import static dev.ckpt.tests.HelperClient.ask;
import static dev.ckpt.tests.HelperClient.freePort;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.Checkpoint;
import dev.ckpt.FrozenProcess;
import dev.ckpt.HelperGuard;
import dev.ckpt.HelperProcess;
import dev.ckpt.Restart;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.TcpPolicy;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.SealSecret;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java API as its users have it. */
@Tag("live")
class HelperProcessLiveTest {
  @TempDir Path folder;

  private static final OptionalInt KILLED = OptionalInt.of(128 + Signals.SIGKILL);

  @Test
  void aFrozenHelperComesBackAsItWasAsOftenAsIsWanted() throws IOException {
    int port = freePort();
    try (HelperProcess helper = HelperClient.start(port)) {
      assertEquals("5", ask(port, "add 5"));
      ask(port, "say before");
      try (FrozenProcess frozen = helper.freeze()) {
        assertFalse(helper.isAlive());
        assertEquals(KILLED, helper.exitCode());
        for (int i = 1; i <= 5; i++) {
          try (HelperProcess again = frozen.restore()) {
            assertEquals(helper.pid(), again.pid());
            assertEquals("5", ask(port, "get"));
            assertEquals(Integer.toString(5 + i), ask(port, "add " + i));
            ask(port, "say after " + i);
            assertEquals("ready\nbefore\nafter " + i + "\n", again.output());
            assertEquals("after " + i + "\n", again.newOutput());
            assertTrue(again.isAlive());
          }
          assertFalse(Signals.exists((int) helper.pid()));
        }
      }
    }
  }

  @Test
  void itsEndIsSeen() throws IOException {
    int port = freePort();
    try (HelperProcess helper = HelperClient.start(port);
        FrozenProcess frozen = helper.freeze()) {
      try (HelperProcess again = frozen.restore()) {
        assertEquals(OptionalInt.empty(), again.waitFor(Duration.ofMillis(30)));
        ask(port, "exit 7");
        assertEquals(7, again.waitFor());
        assertEquals(OptionalInt.of(7), again.exitCode());
      }
      try (HelperProcess again = frozen.restore()) {
        again.terminate();
        assertEquals(OptionalInt.of(128 + Signals.SIGTERM), again.waitFor(PATIENCE));
        again.terminate();
      }
    }
  }

  @Test
  void itHasTheEnvironmentAndTheFolderThatItWasGiven() throws IOException {
    int port = freePort();
    Path work = Files.createDirectory(folder.resolve("work"));
    try (HelperProcess helper =
        HelperClient.command(port)
            .clearEnvironment()
            .environment("GREETING", "hello there")
            .folder(work)
            .start()) {
      helper.awaitOutput("^ready$", PATIENCE);
      assertEquals("hello there", ask(port, "env GREETING"));
      assertEquals("", ask(port, "env PATH"));
      assertEquals(work.toString(), ask(port, "cwd"));
      try (FrozenProcess frozen = helper.freeze();
          HelperProcess again = frozen.restore()) {
        assertTrue(again.isAlive());
        assertEquals("hello there", ask(port, "env GREETING"));
        assertEquals(work.toString(), ask(port, "cwd"));
      }
    }
    assertEquals(System.getProperty("user.dir"), Path.of("").toAbsolutePath().toString());
  }

  @Test
  void whatIsWrongWithACommandIsSaid() {
    FileNotFoundException none =
        assertThrows(
            FileNotFoundException.class, () -> HelperProcess.command("no-such-program").start());
    assertTrue(none.getMessage().contains("no-such-program"), none.getMessage());
    SyscallException nowhere =
        assertThrows(
            SyscallException.class,
            () -> HelperProcess.command("/bin/sh").folder(folder.resolve("none")).start());
    assertTrue(nowhere.getMessage().contains("none"), nowhere.getMessage());
    assertThrows(IllegalArgumentException.class, HelperProcess::command);
  }

  @Test
  void whoeverWaitsIsToldWhyInVain() throws IOException {
    int port = freePort();
    try (HelperProcess helper = HelperClient.command(port, "silent").start()) {
      String late = message(() -> helper.awaitOutput("ready", Duration.ofMillis(50)));
      assertTrue(late.endsWith("no output ready within 50 ms; it wrote nothing"), late);
    }
    try (HelperProcess helper =
        HelperProcess.command("/bin/sh", "-c", "echo no luck; exit 3").start()) {
      String ended = message(() -> helper.awaitPort(port, PATIENCE));
      assertTrue(
          ended.endsWith("ended with 3 before port " + port + "; it wrote:\nno luck"), ended);
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private static String message(Action action) {
    return assertThrows(IOException.class, action::run).getMessage();
  }

  @Test
  void aThreadThatWaitsCanBeInterrupted() throws Exception {
    try (HelperProcess helper = HelperProcess.command("/bin/sleep", "1000").start()) {
      Thread waiter = Thread.currentThread();
      Thread other = new Thread(waiter::interrupt);
      other.start();
      assertThrows(InterruptedIOException.class, helper::waitFor);
      other.join();
      assertTrue(helper.isAlive());
    }
  }

  @Test
  void whatCannotBeSavedIsRefusedAndTheHelperRunsOn() throws IOException {
    int port = freePort();
    try (HelperProcess helper = HelperClient.start(port);
        Socket held = new Socket(InetAddress.getLoopbackAddress(), port)) {
      held.getOutputStream().write("hold\n".getBytes(UTF_8));
      assertEquals('o', held.getInputStream().read());
      UnsupportedStateException refused =
          assertThrows(UnsupportedStateException.class, () -> helper.freeze().close());
      assertEquals(RefusalCode.TCP_CONNECTION, refused.code());
      assertEquals("1", ask(port, "add 1"));
      try (FrozenProcess frozen = helper.freeze(dump -> dump.tcp(TcpPolicy.CLOSE));
          HelperProcess again = frozen.restore()) {
        assertEquals("1", ask(port, "get"));
        assertTrue(again.isAlive());
      }
    }
  }

  /** The helper has noticed it a moment later; until then it still has a connection. */
  @Test
  void aConnectionThatWasJustClosedIsWaitedFor() throws Exception {
    int port = freePort();
    try (HelperProcess helper = HelperClient.start(port)) {
      Socket held = new Socket(InetAddress.getLoopbackAddress(), port);
      Thread closer =
          new Thread(
              () -> {
                try {
                  Await.pause(150);
                  held.close();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      closer.start();
      try (FrozenProcess frozen = helper.freeze();
          HelperProcess again = frozen.restore()) {
        assertTrue(again.isAlive());
        assertEquals("0", ask(port, "get"));
      }
      closer.join();
    }
  }

  /** It says so, and executes the program a moment later. */
  @Test
  void aShellThatIsAboutToExecuteIsWaitedFor() throws IOException {
    for (int i = 0; i < 10; i++) {
      try (HelperProcess helper =
          HelperProcess.command("/bin/sh", "-c", "echo ready; exec sleep 1000").start()) {
        helper.awaitOutput("ready", PATIENCE);
        try (FrozenProcess frozen = helper.freeze();
            HelperProcess again = frozen.restore()) {
          assertTrue(again.isAlive());
        }
      }
    }
  }

  @Test
  void aPidThatIsTakenIsRefused() throws IOException {
    int port = freePort();
    try (HelperProcess helper = HelperClient.start(port);
        FrozenProcess frozen = helper.freeze();
        HelperProcess again = frozen.restore()) {
      assertTrue(again.isAlive());
      UnsupportedStateException refused =
          assertThrows(UnsupportedStateException.class, () -> frozen.restore().close());
      assertEquals(RefusalCode.PID_TAKEN, refused.code());
    }
  }

  @Test
  void imagesAreMadeAndRestoredByPath() throws IOException {
    int port = freePort();
    Path image = folder.resolve("image.ckpt");
    AtomicLong told = new AtomicLong();
    try (HelperProcess helper = HelperClient.start(port);
        SealSecret secret = SealSecret.ofPassphrase("correct horse".getBytes(UTF_8))) {
      ask(port, "add 3");
      Checkpoint checkpoint = Checkpoint.of(helper.pid()).to(image).withoutSync();
      CheckpointResult result = checkpoint.onProgress((done, total) -> told.set(done)).dump();
      assertEquals(helper.pid(), result.pid());
      assertTrue(told.get() > 0);
      assertEquals(
          RefusalCode.IMAGE_EXISTS, assertThrows(CkptException.class, checkpoint::dump).code());
      ask(port, "add 1");
      checkpoint.replacing().sealedWith(secret).ending().dump();
      assertFalse(helper.isAlive());
      assertEquals(
          FailureCode.IMAGE_SEALED,
          assertThrows(CkptException.class, () -> Restart.from(image).start()).code());
      try (HelperProcess again = Restart.from(image).keys(secret).start()) {
        assertTrue(again.isAlive());
        assertEquals("4", ask(port, "get"));
      }
      ProcessHandle away = Restart.from(image).keys(secret).startDetached();
      try {
        assertEquals("4", ask(port, "get"));
      } finally {
        away.destroyForcibly();
        away.onExit().join();
      }
    }
  }

  /** The guard's shell ends with the pipe, whoever closes it. */
  @Test
  void aGuardEndsWhatIsLeftAndNothingElse() throws IOException {
    Path rubbish = Files.createDirectories(folder.resolve("it's/rubbish"));
    Files.writeString(rubbish.resolve("file"), "x");
    HelperGuard guard = HelperGuard.start(rubbish.getParent());
    HelperProcess left = HelperProcess.command("/bin/sleep", "1000").guardedBy(guard).start();
    HelperProcess closed = HelperProcess.command("/bin/sleep", "1000").guardedBy(guard).start();
    try (HelperProcess other = HelperProcess.command("/bin/sleep", "1000").start()) {
      closed.close();
      assertTrue(left.isAlive());
      guard.close();
      assertEquals(KILLED, left.waitFor(PATIENCE));
      assertTrue(other.isAlive());
      assertFalse(Files.exists(rubbish.getParent()));
    } finally {
      left.close();
    }
  }

  @Test
  void nothingIsLeftOfAJvmThatIsKilled() throws Exception {
    Path rubbish = Files.createDirectory(folder.resolve("rubbish"));
    List<String> words = new ArrayList<>(Jvm.words());
    words.addAll(List.of(GuardedHelper.class.getName(), rubbish.toString()));
    Process jvm = new ProcessBuilder(words).redirectErrorStream(true).start();
    String[] pids = jvm.inputReader().readLine().split(" ");
    assertEquals(3, pids.length, String.join(" ", pids));
    for (String pid : pids) {
      assertTrue(isRunning(pid), pid);
    }
    jvm.destroyForcibly().waitFor();
    Await.until(
        "the end",
        () -> Stream.of(pids).noneMatch(HelperProcessLiveTest::isRunning) && !Files.exists(rubbish),
        () -> String.join(" ", pids));
  }

  /** One that nobody has reaped yet does not count. */
  private static boolean isRunning(String pid) {
    try {
      return !ProcFs.of(Integer.parseInt(pid)).stat().state().ended();
    } catch (IOException e) {
      return false;
    }
  }

  /** In a JVM that has no logging, as many have. */
  @Test
  void theLibrarySaysNothing() throws Exception {
    List<String> words = new ArrayList<>(Jvm.words());
    int classPath = words.indexOf("-cp") + 1;
    words.set(
        classPath,
        Stream.of(words.get(classPath).split(":"))
            .filter(jar -> !jar.contains("slf4j-nop"))
            .collect(Collectors.joining(":")));
    words.add(QuietHelper.class.getName());
    Process jvm = new ProcessBuilder(words).redirectErrorStream(true).start();
    assertEquals("", new String(jvm.getInputStream().readAllBytes(), UTF_8));
    assertEquals(0, jvm.waitFor());
  }

  @Test
  void itsChildrenEndWithIt() throws IOException {
    String child;
    try (HelperProcess helper =
        HelperProcess.command("/bin/sh", "-c", "sleep 1000 & echo $!; wait").start()) {
      helper.awaitOutput("^[0-9]+$", PATIENCE);
      child = helper.output().strip();
      assertTrue(isRunning(child));
      assertEquals(
          RefusalCode.TASK_CHILDREN,
          assertThrows(CkptException.class, () -> helper.freeze().close()).code());
    }
    Await.until("the end", () -> !isRunning(child), () -> child);
  }

  @Test
  void manyThreadsHaveHelpersOfTheirOwn() {
    List<String> answers =
        IntStream.range(0, 4).parallel().mapToObj(HelperProcessLiveTest::inParallel).toList();
    assertEquals(List.of("0", "1", "2", "3"), answers);
  }

  private static String inParallel(int number) {
    try {
      int port = freePort();
      try (HelperProcess helper = HelperClient.start(port)) {
        ask(port, "add " + number);
        try (FrozenProcess frozen = helper.freeze();
            HelperProcess again = frozen.restore()) {
          assertTrue(again.isAlive());
          return ask(port, "get");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
