package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FdChannel;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.format.ImageReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Readers and writers at the other end of {@code -} that end early, or take their time. What
 * InterruptedDumpLiveTest and RestoreCommandLiveTest try with signals is not tried again.
 */
@Tag("live")
class PipeLiveTest {
  private static final int FAILED = 1;
  private static final int ITS_CODE = 42;
  private static final int SIGNALLED = 128;
  private static final long FIONREAD = 0x541b;

  @TempDir Path folder;
  private LiveProgram task;

  @AfterEach
  void end() throws IOException {
    if (task != null) {
      task.close();
    }
  }

  private void start(String name, int code) throws IOException {
    task = LiveProgram.start(new Programs.Program(name, "save", code));
    task.awaitReady();
  }

  private String[] dump(String... options) {
    List<String> words = new ArrayList<>(List.of("dump", Integer.toString(task.pid()), "-o", "-"));
    words.addAll(List.of(options));
    return words.toArray(String[]::new);
  }

  private void runsOn() throws IOException {
    Await.until("freedom", () -> !isTraced(), task::describe);
    task.finish(ITS_CODE);
  }

  private boolean isTraced() throws IOException {
    return ProcFs.of(task.pid()).status().tracerPid() != 0;
  }

  /** As a shell does it; the code of the pipeline is that of the last command. */
  @ParameterizedTest
  @ValueSource(strings = {"--no-sync", "--stop"})
  void aReaderThatTakesALittleOnly(String option) throws IOException {
    start("exit_code", ITS_CODE);
    Path code = folder.resolve("code");
    List<String> shell =
        List.of(
            "/bin/sh",
            "-c",
            "f=$1; shift; { \"$@\"; echo $? > $f; } | head -c 1000 > /dev/null",
            "sh",
            code.toString());
    CkptOutcome outcome = CkptOutcome.of(folder, shell, dump(option));
    assertEquals(Integer.toString(FAILED), Files.readString(code).strip(), outcome.toString());
    new CkptOutcome(FAILED, outcome.out(), outcome.err())
        .expectFailure(FAILED, "OUTPUT_LOST", "image on standard output", "EPIPE");
    runsOn();
  }

  @Test
  void aFileWithoutRoom() throws IOException {
    start("exit_code", ITS_CODE);
    List<String> shell = List.of("/bin/sh", "-c", "exec \"$@\" > /dev/full", "sh");
    CkptOutcome.of(folder, shell, dump("--stop"))
        .expectFailure(FAILED, "IMAGE_NO_ROOM", "image on standard output", "ENOSPC");
    runsOn();
  }

  /** A small task waits for no reader: what was read of it goes into a queue. */
  @Test
  void aSmallTaskRunsOnWhileTheReaderStalls() throws IOException {
    start("exit_code", ITS_CODE);
    Path errors = folder.resolve("errors");
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDONLY);
        PipePair pipe = PipePair.open(0);
        CkptProcess ckpt = CkptProcess.start(nothing, pipe.writeEnd(), errors, dump())) {
      pipe.writeEnd().close();
      awaitImage(pipe);
      Await.until("the thaw", () -> !isTraced(), task::describe);
      task.finish(ITS_CODE);
      assertFalse(ckpt.hasEnded(), "it has an image to write: " + ckpt.errors());
      verify(pipe.readEnd());
      assertEquals(0, ckpt.awaitExit(), ckpt.errors());
    }
  }

  private static void verify(Fd pipe) throws IOException {
    try (FdChannel channel = new FdChannel(pipe);
        ImageReader reader = new ImageReader(channel)) {
      int objects = 0;
      while (reader.next().isPresent()) {
        objects++;
      }
      assertTrue(objects > 10, "only " + objects);
    }
  }

  /** It says so although the write that it is in never ends. */
  @Test
  void anInterruptionWhileTheReaderStalls() throws IOException {
    start("mallocs", 0);
    Path errors = folder.resolve("errors");
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDONLY);
        PipePair pipe = PipePair.open(0);
        CkptProcess ckpt = CkptProcess.start(nothing, pipe.writeEnd(), errors, dump("--stop"))) {
      pipe.writeEnd().close();
      awaitImage(pipe);
      ckpt.send(Signals.SIGINT);
      int code = ckpt.awaitExit();
      new CkptOutcome(code, "", ckpt.errors())
          .expectFailure(SIGNALLED + Signals.SIGINT, "INTERRUPTED", "the task runs");
      Await.until("freedom", () -> !isTraced(), task::describe);
      task.finish(0);
    }
  }

  /** NB: the freeze itself may be over before we look. */
  private static void awaitImage(PipePair pipe) throws IOException {
    NativeBuffer bytes = NativeBuffer.allocate(Integer.BYTES);
    Await.until(
        "an image in the pipe",
        () -> {
          pipe.readEnd().ioctl(FIONREAD, bytes.address());
          return bytes.getInt(0) > 0;
        },
        () -> "it is empty");
  }

  /** In pieces of any size, with pauses. */
  @Test
  void aRestoreFromASlowWriter() throws IOException {
    start("exit_code", ITS_CODE);
    Path image = task.besides("image");
    task.dump(image, true);
    byte[] bytes = Files.readAllBytes(image);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path errors = folder.resolve("errors");
    try (Fd nowhere = Fd.open("/dev/null", Fcntl.O_WRONLY);
        PipePair pipe = PipePair.open(0);
        CkptProcess ckpt = CkptProcess.start(pipe.readEnd(), nowhere, errors, "restore", "-")) {
      for (int at = 0; at < bytes.length; ) {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(20_000));
        pipe.write(Arrays.copyOfRange(bytes, at, end));
        at = end;
        Await.pause(random.nextInt(20));
      }
      pipe.writeEnd().close();
      task.go();
      assertEquals(ITS_CODE, ckpt.awaitExit(), "seed " + seed + ": " + ckpt.errors());
      task.awaitGone();
      task.expectOk();
    }
  }

  /** The other end fails before it has sent anything, and half-way. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5})
  void aWriterThatEndsEarly(double part) throws IOException {
    start("exit_code", ITS_CODE);
    Path image = task.besides("image");
    task.dump(image, true);
    byte[] bytes = Files.readAllBytes(image);
    Path sent = folder.resolve("sent");
    Files.write(sent, Arrays.copyOf(bytes, (int) (part * bytes.length)));
    List<String> shell = List.of("/bin/sh", "-c", "f=$1; shift; cat \"$f\" | \"$@\"", "sh");
    List<String> words = new ArrayList<>(shell);
    words.add(sent.toString());
    CkptOutcome.of(folder, words, "restore", "-", "--detach")
        .expectFailure(FAILED, "IMAGE_CORRUPT", "the pipe", "found the end of the stream");
    task.awaitGone();
    task.restore(image, false);
    task.finish(ITS_CODE);
  }
}
