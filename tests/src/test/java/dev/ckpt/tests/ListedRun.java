package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A program of the list on its way: it is started, gets going, is dumped and ended, comes back, and
 * is judged by its check. One that is refused must go on as if nothing was, to the same check.
 */
final class ListedRun implements AutoCloseable {
  /** Times that a program may be through before it could be dumped, on a machine that stalls. */
  private static final int TRIES = 3;

  /** Of 10 ms each: far more than a program takes to start. */
  private static final long BUSY_TICKS = 20;

  private static final String LISTEN = "0A";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private final ListedProgram program;
  private final int port;
  private final Optional<ListedShell> twin;
  private final ListedShell shell;
  private final LiveProgram live;

  /** The program was through before it was dumped. */
  private static final class TooEarly extends Exception {
    private static final long serialVersionUID = 1;
  }

  private ListedRun(ListedProgram program) throws IOException {
    this.program = program;
    this.port = program.hasPort() ? RealServersLiveTest.freePort() : 0;
    this.twin =
        program.hasTwin() ? Optional.of(ListedShell.start(program, port)) : Optional.empty();
    boolean done = false;
    try {
      this.shell = ListedShell.start(program, port);
      done = true;
    } finally {
      if (!done && twin.isPresent()) {
        twin.get().live().close();
      }
    }
    this.live = shell.live();
  }

  /** Takes a program through all of it. */
  static void of(ListedProgram program) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      try (ListedRun run = new ListedRun(program)) {
        run.run();
        return;
      } catch (TooEarly e) {
        continue;
      }
    }
    throw new AssertionError("it was through before it could be dumped, " + TRIES + " times");
  }

  private void run() throws IOException, TooEarly {
    if (twin.isPresent()) {
      twin.get().feed(program.before());
      twin.get().feed(program.after());
    }
    shell.feed(program.before());
    Await.until("that it gets going", () -> live.hasEnded() || isGoing(), shell::describe);
    Await.until("the end of connections", () -> port == 0 || !isConnected(), shell::describe);
    Path image = live.besides("image");
    if (isDumped(image)) {
      live.restore(image, false);
    }
    shell.feed(program.after());
    expectRight();
  }

  private boolean isGoing() throws IOException {
    if (program.ready().isPresent()) {
      return shell.holds(program.ready().get());
    }
    Stat stat = ProcFs.of(live.pid()).stat();
    return Files.size(live.folder().resolve("out")) > 0
        || stat.utimeTicks() + stat.stimeTicks() >= BUSY_TICKS;
  }

  /** Whether it has a connection at its port, or still closes one. Source: proc_net_tcp.rst. */
  private boolean isConnected() throws IOException {
    String local = String.format(Locale.ROOT, ":%04X", port);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] columns = line.trim().split(" +");
        if (columns[LOCAL_ADDRESS].endsWith(local)
            && !columns[STATE].equals(LISTEN)
            && !columns[INODE].equals("0")) {
          return true;
        }
      }
    }
    return false;
  }

  /** Dumps and ends it, unless it is refused as it should be. */
  private boolean isDumped(Path image) throws IOException, TooEarly {
    try {
      live.dump(image, true);
      assertEquals(Optional.empty(), program.refused(), "it was not refused");
      return true;
    } catch (CkptException e) {
      expectRuns();
      if (e instanceof UnsupportedStateException refused && program.refused().isPresent()) {
        Code code = program.refused().get();
        assertTrue(
            refused.refusals().stream().allMatch(refusal -> refusal.code() == code), e::getMessage);
        return false;
      }
      throw e;
    }
  }

  /** Where the program had ended meanwhile, as it may, there was nothing to try. */
  private void expectRuns() throws IOException, TooEarly {
    if (live.hasEnded()) {
      int status = live.awaitExit();
      assertEquals(program.ends(), OptionalInt.of(status), shell::describe);
      throw new TooEarly();
    }
  }

  private void expectRight() throws IOException {
    OptionalInt ends = program.ends();
    if (ends.isEmpty()) {
      Await.until(program.check(), () -> shell.holds(program.check()), shell::describe);
      assertFalse(live.hasEnded(), shell::describe);
      return;
    }
    assertEquals(ends.getAsInt(), live.awaitExit(), shell::describe);
    if (twin.isPresent()) {
      assertEquals(ends.getAsInt(), twin.get().live().awaitExit(), twin.get()::describe);
      shell.setTwin(twin.get().live().folder());
    }
    assertTrue(shell.holds(program.check()), shell::describe);
  }

  @Override
  public void close() throws IOException {
    try {
      live.close();
    } finally {
      if (twin.isPresent()) {
        twin.get().live().close();
      }
    }
  }
}
