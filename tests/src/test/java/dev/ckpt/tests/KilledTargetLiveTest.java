package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A task that somebody else ends while it is dumped: the dump says so, and there is no image. */
@Tag("live")
class KilledTargetLiveTest {
  private static final int SIGNALLED = 128;

  /** Kills it when it was let run for the n-th time, to make calls for us. */
  private static final class KillAtCont implements TouchHook {
    private final int pid;
    private final int when;
    private int conts;

    KillAtCont(int pid, int when) {
      this.pid = pid;
      this.when = when;
    }

    @Override
    public void before(String call) {}

    @Override
    public void after(String call) {
      if (call.equals("PTRACE_CONT") && ++conts == when) {
        assertDoesNotThrow(() -> Signals.kill(pid, Signals.SIGKILL));
      }
    }
  }

  /**
   * It has several threads: the kernel does not tell of the death of the first before the others.
   */
  @Test
  void isGoneThoughItMakesOurCalls() throws IOException {
    boolean struck = true;
    for (int when = 1; struck; when++) {
      try (LiveProgram live = LiveProgram.start(new Programs.Program("threads", "save", 0))) {
        live.awaitReady();
        KillAtCont hook = new KillAtCont(live.pid(), when);
        Path image = live.besides("image");
        CheckpointOptions options = CheckpointOptions.of(live.pid()).withHook(hook);
        Future<CheckpointResult> dump = SideThread.once("dump", () -> live.dump(options, image));
        Await.until("the end of the dump", dump::isDone, live::describe);
        struck = hook.conts >= when;
        if (struck) {
          assertThrows(TargetGoneException.class, () -> Outcome.of(dump), "at " + when);
          assertFalse(Files.exists(image), "at " + when);
          assertEquals(SIGNALLED + Signals.SIGKILL, live.awaitExit(), "at " + when);
        } else {
          assertTrue(when > 3, "it was never let run");
        }
      }
    }
  }
}
