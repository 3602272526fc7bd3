package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.TcpPolicy;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.PipePair;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A task with a TCP connection to us: it goes on, whatever becomes of a dump that is to keep it.
 */
@Tag("live")
class TcpEstablishedLiveTest {
  private static final int KILLED = 128 + Signals.SIGKILL;
  private static final int PATIENCE_MILLIS = 30_000;
  private static final int SILENCE_MILLIS = 300;
  private static final int BYTES = 3000;

  /** Every which call of a dump it is killed at. */
  private static final int EVERY = Integer.getInteger("ckpt.survival.every", 24);

  private final Random random = new Random(1);

  @TempDir Path folder;
  private LiveProgram task;
  private Socket peer;
  private PipePair pipe;
  private CkptProcess ckpt;

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listener.setSoTimeout(PATIENCE_MILLIS);
      String name = "engine/tcp_echo " + listener.getLocalPort();
      task = LiveProgram.start(new Programs.Program(name, "save", 0));
      peer = listener.accept();
      peer.setSoTimeout(PATIENCE_MILLIS);
    }
    task.awaitReady();
    expectEcho();
  }

  @AfterEach
  void end() throws IOException {
    for (AutoCloseable each : new AutoCloseable[] {pipe, ckpt, peer, task}) {
      try {
        if (each != null) {
          each.close();
        }
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }

  private void expectEcho() throws IOException {
    byte[] sent = new byte[BYTES];
    random.nextBytes(sent);
    peer.getOutputStream().write(sent);
    assertArrayEquals(sent, peer.getInputStream().readNBytes(BYTES), task.describe());
  }

  /** Ends the connection, at which the task gives its verdict. */
  private void finish() throws IOException {
    expectEcho();
    peer.shutdownOutput();
    assertEquals(-1, peer.getInputStream().read());
    task.withWork(() -> {}).finish(0);
  }

  @Test
  void goesOnAfterARestoreAndHearsNothingMeanwhile() throws IOException {
    task.withDumpOptions(options -> options.withTcp(TcpPolicy.KEEP));
    for (int i = 0; i < 3; i++) {
      Path image = folder.resolve("image" + i);
      task.dump(image, true);
      expectSilence();
      task.restore(image, false);
      expectEcho();
    }
    finish();
  }

  private void expectSilence() throws IOException {
    peer.setSoTimeout(SILENCE_MILLIS);
    assertThrows(SocketTimeoutException.class, () -> peer.getInputStream().read());
    peer.setSoTimeout(PATIENCE_MILLIS);
  }

  @Test
  void goesOnAfterADumpThatWasKilledAtAnyCall() throws IOException {
    int at = 1;
    while (isKilledAt("before:" + at) && isKilledAt("after:" + (at + EVERY / 2))) {
      at += EVERY;
    }
    assertTrue(at > EVERY, "no dump was killed: " + ckpt.errors());
    assertEquals(0, ckpt.awaitExit(), ckpt.errors());
    task.restore(image(), false);
    finish();
  }

  private Path image() {
    return folder.resolve("image");
  }

  /** Whether it was, and not over before. */
  private boolean isKilledAt(String call) throws IOException {
    List<String> words = new ArrayList<>(List.of("/usr/bin/env", "CKPT_FAULT_KILL=" + call));
    words.addAll(dumpWords(image().toString()));
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      ckpt = CkptProcess.start(nothing, nothing, folder.resolve("errors"), words);
    }
    if (ckpt.awaitExit() != KILLED) {
      task.awaitGone();
      return false;
    }
    expectEcho();
    return true;
  }

  private List<String> dumpWords(String image) {
    List<String> words = new ArrayList<>(CkptProcess.words());
    words.addAll(List.of("dump", Integer.toString(task.pid()), "--stop", "--tcp-established"));
    words.addAll(List.of("--no-sync", "-o", image));
    return words;
  }

  /** Begins a dump into a pipe that is too small for it; it has hold of the connection then. */
  private void dumpIntoAPipe() throws IOException {
    pipe = PipePair.open(0);
    pipe.resize(4096);
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDONLY)) {
      List<String> words = dumpWords("-");
      ckpt = CkptProcess.start(nothing, pipe.writeEnd(), folder.resolve("errors"), words);
    }
    pipe.writeEnd().close();
    assertEquals(1, pipe.read(1).length, ckpt.errors());
  }

  @Test
  void goesOnAfterADumpThatWasKilledWithItsHandsOnIt() throws IOException {
    dumpIntoAPipe();
    peer.getOutputStream().write(1);
    expectSilence();
    ckpt.send(Signals.SIGKILL);
    assertEquals(KILLED, ckpt.awaitExit());
    assertEquals(1, peer.getInputStream().read());
    finish();
  }

  @Test
  void goesOnWhenWhoHasHoldOfItIsKilled() throws IOException {
    dumpIntoAPipe();
    Signals.kill(errand(), Signals.SIGKILL);
    pipe.readEnd().close();
    assertEquals(1, ckpt.awaitExit(), ckpt.errors());
    finish();
  }

  /** The child of ckpt that waits for its end. */
  private int errand() throws IOException {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process :
          processes.filter(path -> path.toString().matches("/proc/\\d+")).toList()) {
        int pid = Integer.parseInt(process.getFileName().toString());
        if (Files.readString(process.resolve("stat")).contains(") S " + ckpt.pid() + " ")
            && ProcFs.of(pid).syscall(pid).nr() == SyscallNumbers.READ) {
          return pid;
        }
      }
    }
    throw new AssertionError("there is none");
  }

  @Test
  void goesOnAfterADumpThatFails() throws IOException {
    dumpIntoAPipe();
    peer.getOutputStream().write(1);
    pipe.readEnd().close();
    assertEquals(1, ckpt.awaitExit(), ckpt.errors());
    assertEquals(1, peer.getInputStream().read());
    finish();
  }
}
