package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a task may do, and what may be done to it, while it is frozen. */
@Tag("live")
class EngineLiveTest {
  private static final int DUMPS = 40;
  private static final int MOMENTS = Integer.getInteger("ckpt.engine.moments", 16);
  private static final int SIGRTMIN = 34;

  /** Does something to the target before the n-th call that touches it. */
  private static final class Disturbance implements TouchHook {
    private final int pid;
    private final int signal;
    private final long when;
    private final AtomicLong calls = new AtomicLong();

    Disturbance(int pid, int signal, long when) {
      this.pid = pid;
      this.signal = signal;
      this.when = when;
    }

    @Override
    public void before(String call) {
      if (calls.incrementAndGet() == when) {
        strike();
      }
    }

    /**
     * Comes after all if the dump had fewer calls than the one that was counted: how often a thread
     * is asked to stop depends on how long it takes.
     */
    void strikeAtLast() {
      if (calls.get() < when) {
        strike();
      }
    }

    private void strike() {
      try {
        Signals.kill(pid, signal);
      } catch (SyscallException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void after(String call) {}
  }

  private static LiveProgram start(String name) throws IOException {
    LiveProgram live = LiveProgram.start(new Programs.Program(name, "engine", 0));
    live.awaitReady();
    return live;
  }

  /** How many calls of a dump touch a task of that kind. */
  private static long nrCalls(String name) throws IOException {
    try (LiveProgram live = start(name)) {
      Disturbance count = new Disturbance(live.pid(), 0, Long.MAX_VALUE);
      live.dump(CheckpointOptions.of(live.pid()).withHook(count), live.besides("image"));
      live.finish(0);
      return count.calls.get();
    }
  }

  /** One try, with the disturbance before one call of those that a dump makes. */
  private interface Try {
    void at(long when, long calls) throws IOException;
  }

  /** Tries moments from the first call to the last, all of them before anything is said. */
  private static void atManyMoments(String name, Try one) throws IOException {
    long calls = nrCalls(name);
    List<String> failures = new ArrayList<>();
    for (int i = 1; i <= MOMENTS; i++) {
      long when = Math.max(1, i * calls / MOMENTS);
      try {
        one.at(when, calls);
      } catch (IOException | RuntimeException | AssertionError e) {
        failures.add("call " + when + " of " + calls + ": " + e);
      }
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
  }

  @ParameterizedTest
  @ValueSource(strings = {"counter_loop", "threads"})
  void targetIsKilledMeanwhile(String name) throws IOException {
    atManyMoments(name, (when, calls) -> killAt(name, when, calls));
  }

  private static void killAt(String name, long when, long calls) throws IOException {
    try (LiveProgram live = start(name)) {
      Path image = live.besides("image");
      Disturbance kill = new Disturbance(live.pid(), Signals.SIGKILL, when);
      try {
        live.dump(CheckpointOptions.of(live.pid()).withHook(kill), image);
        // Only when all that is in the image had been read before.
        assertTrue(when > calls / 2, "was dumped");
        kill.strikeAtLast();
      } catch (TargetGoneException e) {
        assertFalse(Files.exists(image), "left an image");
      }
      live.awaitGone();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"counter_loop", "threads"})
  void targetIsStoppedMeanwhile(String name) throws IOException {
    atManyMoments(name, (when, calls) -> stopAt(name, when));
  }

  private static void stopAt(String name, long when) throws IOException {
    try (LiveProgram live = start(name)) {
      Disturbance stop = new Disturbance(live.pid(), Signals.SIGSTOP, when);
      live.dump(CheckpointOptions.of(live.pid()).withHook(stop), live.besides("image"));
      stop.strikeAtLast();
      Await.until(
          "the stop",
          () -> ProcFs.of(live.pid()).stat().state() == TaskState.STOPPED,
          live::describe);
      Signals.kill(live.pid(), Signals.SIGCONT);
      live.finish(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"engine/execer leader", "engine/execer thread"})
  void targetExecutesOtherPrograms(String name) throws IOException {
    try (LiveProgram live = start(name)) {
      int dumped = 0;
      for (int i = 0; i < DUMPS || dumped == 0 && i < 100 * DUMPS; i++) {
        try {
          live.dump(live.besides("image" + i), false);
          dumped++;
        } catch (TargetGoneException e) {
          Await.until("what was executed", () -> isThere(live.pid()), e::getMessage);
        } catch (UnsupportedStateException e) {
          // The old leader's end, when another thread is about to become the leader.
          assertTrue(
              List.of("TASK_DEAD_LEADER", "TASK_BUSY").contains(e.refusals().get(0).code().name()),
              e.getMessage());
        }
      }
      assertTrue(dumped > 0, "no dump got through");
      live.finish(0);
    }
  }

  /** A leader that another thread is replacing shows with no threads, or not at all. */
  private static boolean isThere(int pid) throws IOException {
    try {
      return ProcFs.of(pid).stat().numThreads() > 0;
    } catch (TargetGoneException e) {
      return false;
    }
  }

  @Test
  void targetForks() throws IOException {
    try (LiveProgram live = start("engine/forker")) {
      int dumped = 0;
      for (int i = 0; i < DUMPS || dumped == 0 && i < 100 * DUMPS; i++) {
        try {
          live.dump(live.besides("image" + i), false);
          dumped++;
        } catch (UnsupportedStateException e) {
          assertEquals("TASK_CHILDREN", e.refusals().get(0).code().name(), e.getMessage());
        }
      }
      assertTrue(dumped > 0, "no dump got through");
      live.finish(0);
    }
  }

  @Test
  void targetCreatesAndEndsThreads() throws IOException {
    try (LiveProgram live = start("engine/spawner_threads")) {
      for (int i = 0; i < DUMPS; i++) {
        live.dump(live.besides("image" + i), false);
      }
      live.finish(0);
    }
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void threadsThatComeAndGoComeBack(Scenario scenario) throws IOException {
    try (LiveProgram live = start("engine/spawner_threads")) {
      scenario.run(live, 0);
    }
  }

  @Test
  void noSignalIsLostInAStorm() throws Exception {
    try (LiveProgram live = start("engine/storm")) {
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger sent = new AtomicInteger();
      AtomicInteger failed = new AtomicInteger();
      Thread storm = new Thread(() -> send(live.pid(), over, sent, failed), "storm");
      storm.start();
      try {
        for (int i = 0; i < DUMPS; i++) {
          live.dump(live.besides("image" + i), false);
        }
      } finally {
        over.set(true);
        storm.join();
      }
      live.finish(0);
      assertEquals(0, failed.get());
      assertTrue(live.lines().contains("realtime " + sent.get()), sent + " sent, " + live.lines());
      assertFalse(live.lines().contains("standard 0"), live.lines().toString());
    }
  }

  /** Real-time signals queue up, so the number that comes is the number that was sent. */
  private static void send(int pid, AtomicBoolean over, AtomicInteger sent, AtomicInteger failed) {
    try {
      while (!over.get()) {
        Signals.kill(pid, Signals.SIGUSR1);
        Signals.kill(pid, SIGRTMIN);
        sent.incrementAndGet();
        Await.pause(sent.get() % 4 == 0 ? 1 : 0);
      }
    } catch (IOException e) {
      failed.incrementAndGet();
    }
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void everySignalHasAHandler(Scenario scenario) throws IOException {
    try (LiveProgram live = start("engine/all_handled")) {
      scenario.run(live, 0);
    }
  }

  /** It blocks at the last moment: the process that makes it do so would be seen before. */
  @Test
  void threadThatCannotBeStoppedIsRefused() throws IOException {
    try (LiveProgram live = start("engine/vfork_sibling")) {
      TouchHook block =
          new TouchHook() {
            @Override
            public void before(String call) {
              assertDoesNotThrow(() -> block(live));
            }

            @Override
            public void after(String call) {}
          };
      CheckpointOptions options =
          CheckpointOptions.of(live.pid())
              .withFreezeTimeout(Duration.ofMillis(300))
              .withHook(block);
      Path image = live.besides("image");
      UnsupportedStateException refused =
          assertThrows(UnsupportedStateException.class, () -> live.dump(options, image));
      assertEquals("FREEZE_TIMEOUT", refused.refusals().get(0).code().name());
      assertFalse(Files.exists(image));
      live.finish(0);
    }
  }

  private static void block(LiveProgram live) throws IOException {
    Path block = live.folder().resolve("status.block");
    if (Files.exists(block)) {
      return;
    }
    Files.createFile(block);
    ProcFs proc = ProcFs.of(live.pid());
    Await.until(
        "a thread inside vfork",
        () -> {
          for (int tid : proc.tasks()) {
            if (proc.stat(tid).state() == TaskState.DISK_SLEEP) {
              return true;
            }
          }
          return false;
        },
        live::describe);
  }
}
