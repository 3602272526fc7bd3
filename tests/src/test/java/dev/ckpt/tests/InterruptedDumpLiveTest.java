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
import dev.ckpt.core.proc.Stat;
import dev.ckpt.core.proc.TaskState;
import dev.ckpt.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A dump by the real command that is interrupted leaves a task that runs on, no image and nothing
 * else. A pipe that nobody reads holds a dump where it is for as long as a test wants.
 */
@Tag("live")
class InterruptedDumpLiveTest {
  private static final int SIGNALLED = 128;
  private static final int TRIES = 50;
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final long FIONREAD = 0x541b;

  /** More than a dump keeps in its own memory, so that it stays frozen while nobody reads. */
  private static final String LARGE = "bigmem 64";

  @TempDir Path folder;
  private Path images;
  private Path errors;
  private LiveProgram task;
  private PipePair pipe;
  private CkptProcess ckpt;

  @BeforeEach
  void makeFolder() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    errors = folder.resolve("errors");
  }

  @AfterEach
  void end() throws IOException {
    if (pipe != null) {
      pipe.close();
    }
    if (ckpt != null) {
      ckpt.close();
    }
    if (task != null) {
      task.close();
    }
  }

  private static LiveProgram start(String name) throws IOException {
    LiveProgram task = LiveProgram.start(new Programs.Program(name, "save", 0));
    task.awaitReady();
    return task;
  }

  private boolean isTraced() throws IOException {
    return ProcFs.of(task.pid()).status().tracerPid() != 0;
  }

  private void awaitFree() throws IOException {
    Await.until(
        "the task to run on",
        () -> {
          Stat stat = ProcFs.of(task.pid()).stat();
          return !isTraced() && stat.state() != TaskState.STOPPED;
        },
        task::describe);
  }

  @Test
  void intoAFileLeavesTheTaskAndNoImage() throws IOException {
    task = start("bigmem");
    for (int signal : List.of(Signals.SIGHUP, Signals.SIGINT, Signals.SIGTERM, Signals.SIGKILL)) {
      int tries = 0;
      while (!interruptIntoAFile(signal)) {
        tries++;
        assertTrue(tries < TRIES, "signal " + signal + " always comes too late");
      }
    }
    task.finish(0);
  }

  /** Returns false when the signal came too late, and there is an image. */
  private boolean interruptIntoAFile(int signal) throws IOException {
    Path image = images.resolve("image");
    String pid = Integer.toString(task.pid());
    ckpt = CkptProcess.start(errors, "dump", pid, "-o", image.toString(), "--no-sync");
    Await.until("the freeze", () -> isTraced() || ckpt.hasEnded(), task::describe);
    if (!ckpt.hasEnded()) {
      ckpt.send(signal);
    }
    int code = ckpt.awaitExit();
    awaitFree();
    if (code == 0) {
      verify(image);
      Files.delete(image);
      return false;
    }
    assertEquals(SIGNALLED + signal, code, Files.readString(errors));
    assertEmpty(images);
    return true;
  }

  private static void assertEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  private static void verify(Path image) throws IOException {
    try (ImageFile file = ImageFile.open(image)) {
      file.verify();
    }
  }

  /** Begins a dump into a pipe that is too small for it, and waits until it writes. */
  private void dumpIntoAPipe(List<String> before, String... options) throws IOException {
    task = start(LARGE);
    pipe = PipePair.open(0);
    List<String> words = new ArrayList<>(before);
    words.addAll(CkptProcess.words());
    words.addAll(List.of("dump", Integer.toString(task.pid()), "-o", "-"));
    words.addAll(List.of(options));
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDONLY)) {
      ckpt = CkptProcess.start(nothing, pipe.writeEnd(), errors, words);
    }
    pipe.writeEnd().close();
    Await.until("an image", () -> nrBytes() > 0 || ckpt.hasEnded(), task::describe);
    assertTrue(isTraced(), ckpt.errors());
  }

  private int nrBytes() throws IOException {
    NativeBuffer bytes = NativeBuffer.allocate(Integer.BYTES);
    pipe.readEnd().ioctl(FIONREAD, bytes.address());
    return bytes.getInt(0);
  }

  /** Reads all that is in the pipe and will be; returns the file that it is in. */
  private Path drain() throws IOException {
    Path image = images.resolve("drained");
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    FdChannel in = new FdChannel(pipe.readEnd());
    try (FileChannel out =
        FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (in.read(buffer.clear()) > 0) {
        out.write(buffer.flip());
      }
    }
    return image;
  }

  private void expectTaskUnharmed() throws IOException {
    awaitFree();
    task.finish(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {Signals.SIGHUP, Signals.SIGINT, Signals.SIGTERM, Signals.SIGKILL})
  void intoAPipeLeavesTheTaskAlthoughItWasToEnd(int signal) throws IOException {
    dumpIntoAPipe(List.of(), "--stop");
    ckpt.send(signal);

    assertEquals(SIGNALLED + signal, ckpt.awaitExit(), ckpt.errors());
    boolean said = ckpt.errors().contains("ckpt: INTERRUPTED: [pid " + task.pid() + "]");
    assertEquals(signal != Signals.SIGKILL, said, ckpt.errors());
    expectTaskUnharmed();
  }

  @Test
  void endsAtOneOfManySignals() throws IOException {
    dumpIntoAPipe(List.of(), "--stop");
    Await.until(
        "the end",
        () -> {
          boolean ended = ckpt.hasEnded();
          if (!ended) {
            ckpt.send(Signals.SIGINT);
          }
          return ended;
        },
        task::describe);

    assertEquals(SIGNALLED + Signals.SIGINT, ckpt.awaitExit(), ckpt.errors());
    expectTaskUnharmed();
  }

  /** It is so for a job that a shell without job control has put into the background. */
  @Test
  void doesNotCareForASignalThatWasIgnoredBefore() throws IOException {
    List<String> shell = List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh");
    dumpIntoAPipe(shell);
    ckpt.send(Signals.SIGINT);
    Path image = drain();

    assertEquals(0, ckpt.awaitExit(), ckpt.errors());
    verify(image);
    expectTaskUnharmed();
  }

  /** Ctrl-\ has the JVM list its threads. */
  @Test
  void nothingButTheImageGoesIntoThePipe() throws IOException {
    dumpIntoAPipe(List.of());
    ckpt.send(Signals.SIGQUIT);
    Await.until(
        "the list of threads", () -> ckpt.errors().contains("Full thread dump"), task::describe);
    Path image = drain();

    assertEquals(0, ckpt.awaitExit(), ckpt.errors());
    verify(image);
    expectTaskUnharmed();
  }

  @Test
  void aReaderThatEndsEarlyLeavesTheTaskAlthoughItWasToEnd() throws IOException {
    dumpIntoAPipe(List.of(), "--stop");
    pipe.readEnd().close();

    assertEquals(1, ckpt.awaitExit());
    assertTrue(ckpt.errors().contains("EPIPE"), ckpt.errors());
    expectTaskUnharmed();
  }

  @Test
  void theTaskEndsWhenThePipeHasTakenTheLastByte() throws IOException {
    dumpIntoAPipe(List.of(), "--stop");
    Path image = drain();

    assertEquals(0, ckpt.awaitExit(), ckpt.errors());
    verify(image);
    task.awaitGone();
    assertFalse(task.lines().contains("ok"), task.lines().toString());
  }
}
