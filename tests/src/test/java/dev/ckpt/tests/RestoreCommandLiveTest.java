package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A restore by the real command: from a pipe, interrupted, and with signals to pass on. */
@Tag("live")
class RestoreCommandLiveTest {
  private static final int ITS_CODE = 42;
  private static final int FAILED = 125;
  private static final int SIGNALLED = 128;

  @TempDir Path folder;
  private LiveProgram task;
  private Path image;
  private byte[] bytes;
  private Path errors;

  @BeforeEach
  void dump() throws IOException {
    task = LiveProgram.start(new Programs.Program("exit_code", "save", ITS_CODE));
    task.awaitReady();
    image = task.besides("image");
    task.dump(image, true);
    bytes = Files.readAllBytes(image);
    errors = folder.resolve("errors");
  }

  @AfterEach
  void end() throws IOException {
    if (task != null) {
      task.close();
    }
  }

  private CkptProcess restore(Fd in, String... options) throws IOException {
    String[] words = Arrays.copyOf(options, options.length + 2);
    System.arraycopy(options, 0, words, 2, options.length);
    words[0] = "restore";
    words[1] = "-";
    try (Fd nowhere = Fd.open("/dev/null", Fcntl.O_WRONLY)) {
      return CkptProcess.start(in, nowhere, errors, words);
    }
  }

  private void runsToItsEnd(CkptProcess ckpt) throws IOException {
    task.go();
    assertEquals(ITS_CODE, ckpt.awaitExit(), ckpt.errors());
    task.awaitGone();
    task.expectOk();
  }

  /** Nothing of the task, nor of the stub that bore it. */
  private void expectNothingLeft(CkptProcess ckpt) throws IOException {
    task.awaitGone();
    Await.until(
        "the end of all that ckpt started",
        () -> {
          Sessions.reap(ckpt.pid());
          return Sessions.members(ckpt.pid()).isEmpty();
        },
        () -> "session " + ckpt.pid());
  }

  private void restoresFromTheWholeImage() throws IOException {
    try (CkptProcess ckpt = CkptProcess.start(errors, "restore", image.toString())) {
      runsToItsEnd(ckpt);
    }
  }

  @Test
  void readsThePipeAndEndsWithTheCodeOfTheTask() throws IOException {
    try (PipePair pipe = PipePair.open(0);
        CkptProcess ckpt = restore(pipe.readEnd())) {
      pipe.write(bytes);
      pipe.writeEnd().close();
      runsToItsEnd(ckpt);
    }
  }

  @Test
  void aPipeThatIsCutLeavesNothing() throws IOException {
    Path pidFile = folder.resolve("pid");
    try (PipePair pipe = PipePair.open(0);
        CkptProcess ckpt = restore(pipe.readEnd(), "--pid-file", pidFile.toString())) {
      pipe.write(Arrays.copyOf(bytes, bytes.length - 1));
      pipe.writeEnd().close();

      assertEquals(FAILED, ckpt.awaitExit(), ckpt.errors());
      assertTrue(ckpt.errors().startsWith("ckpt: IMAGE_CORRUPT: "), ckpt.errors());
      expectNothingLeft(ckpt);
      assertFalse(Files.exists(pidFile));
    }
    restoresFromTheWholeImage();
  }

  /** Half-way: it waits for pages; or it has everything but the last byte. */
  @ParameterizedTest
  @CsvSource({"2,2", "2,9", "2,15", "1,2", "1,9", "1,15"})
  void anInterruptionHalfWayLeavesNothing(int divisor, int signal) throws IOException {
    Path pidFile = folder.resolve("pid");
    try (PipePair pipe = PipePair.open(0);
        CkptProcess ckpt = restore(pipe.readEnd(), "--pid-file", pidFile.toString())) {
      pipe.write(Arrays.copyOf(bytes, bytes.length / divisor - 1));
      Await.until("a task that is being built", () -> Signals.exists(task.pid()), task::describe);
      ckpt.send(signal);

      assertEquals(SIGNALLED + signal, ckpt.awaitExit(), ckpt.errors());
      boolean said = ckpt.errors().startsWith("ckpt: INTERRUPTED: the restore was interrupted");
      assertEquals(signal != Signals.SIGKILL, said, ckpt.errors());
      expectNothingLeft(ckpt);
      assertFalse(Files.exists(pidFile));
    }
    restoresFromTheWholeImage();
  }

  @ParameterizedTest
  @ValueSource(ints = {Signals.SIGHUP, Signals.SIGINT, Signals.SIGTERM, Signals.SIGUSR1})
  void passesSignalsOn(int signal) throws IOException {
    try (CkptProcess ckpt = CkptProcess.start(errors, "restore", image.toString())) {
      Await.until("the task to run", this::runs, task::describe);
      ckpt.send(signal);

      assertEquals(SIGNALLED + signal, ckpt.awaitExit(), ckpt.errors());
      task.awaitGone();
    }
  }

  private boolean runs() throws IOException {
    return Signals.exists(task.pid())
        && ProcFs.of(task.pid()).status().tracerPid() == 0
        && ProcFs.of(task.pid()).comm().toString().equals("exit_code");
  }
}
