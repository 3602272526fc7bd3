package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whoever brings pages into a task that runs is killed: the task notices nothing. His keeper is
 * killed too: the task ends, and never reads zeros in their place.
 *
 * <p>{@code -Dckpt.killedServers=100} for as many kills.
 */
@Tag("live")
class KilledServerLiveTest {
  private static final int KILLS = Integer.getInteger("ckpt.killedServers", 8);
  private static final String JOURNAL = "memfd:ckpt-lazy";
  private static final int ROUNDS = 800;
  private static final int MIB = 64;
  private static final int ENDLESS = 1_000_000;
  private static final String SLOWLY = "24M";
  private static final String MORE_SLOWLY = "6M";
  private static final int MOST_MILLIS = 120;

  private final Random random = new Random(Long.getLong("ckpt.killedServers.seed", 7));
  private int nrKills;

  @Test
  void theTaskGoesOnWithAnother() throws IOException {
    for (int i = 0; nrKills < KILLS; i++) {
      try (LiveProgram live = stopped(i, ROUNDS);
          CkptProcess ckpt = restore(live, SLOWLY)) {
        killServers(live);
        Await.until("its end", live::hasEnded, live::describe);
        ckpt.awaitExit();
        live.awaitGone();
        live.expectOk();
        Await.until("the last server", () -> holders().isEmpty(), live::describe);
      }
    }
  }

  /** One after another, as long as it has work and they have a keeper. */
  private void killServers(LiveProgram live) throws IOException {
    awaitRun(live);
    while (!live.hasEnded() && nrKills < KILLS) {
      Await.pause(random.nextInt(MOST_MILLIS));
      List<Integer> holders = holders();
      List<Integer> servers = new ArrayList<>();
      for (int pid : holders) {
        if (!isKeeper(pid)) {
          servers.add(pid);
        }
      }
      // NB: one, and from one look: the keeper is a server as soon as that is gone.
      if (holders.size() > 1 && servers.size() == 1) {
        kill(servers.get(0));
        nrKills++;
      }
    }
  }

  @Test
  void theTaskEndsWithBoth() throws IOException {
    for (int i = 0; i < KILLS; i++) {
      try (LiveProgram live = stopped(i, ENDLESS);
          CkptProcess ckpt = restore(live, MORE_SLOWLY)) {
        awaitRun(live);
        Await.pause(random.nextInt(MOST_MILLIS));
        boolean working = !live.hasEnded();
        List<Integer> killed = holders();
        for (int pid : killed) {
          kill(pid);
        }
        Await.until("its end", live::hasEnded, live::describe);
        live.awaitGone();
        ckpt.awaitExit();
        assertTrue(working && !killed.isEmpty(), working + ", " + killed + ckpt.errors());
        assertEquals(List.of("ready"), live.lines(), "it has seen nothing wrong, nor its end");
      }
    }
  }

  /** A program that has an image and is gone; it works from the first instruction on. */
  private static LiveProgram stopped(int seed, int rounds) throws IOException {
    Path program = Programs.folder().resolve("engine/churn");
    List<String> words =
        List.of("STATUS", Integer.toString(seed), Integer.toString(rounds), Integer.toString(MIB));
    LiveProgram live = LiveProgram.start(program, words);
    live.awaitReady();
    live.dump(live.besides("image"), true);
    live.go();
    return live;
  }

  private static CkptProcess restore(LiveProgram live, String maxRate) throws IOException {
    return CkptProcess.start(
        live.besides("errors"),
        "restore",
        "--pages",
        "lazy",
        "--max-rate",
        maxRate,
        live.besides("image").toString());
  }

  /** Until then it is half-built, and ends with whoever builds it. */
  private static void awaitRun(LiveProgram live) throws IOException {
    Await.until("the task", () -> !holders().isEmpty() && runs(live.pid()), live::describe);
  }

  private static boolean runs(int pid) throws IOException {
    try {
      return ProcFs.of(pid).status().tracerPid() == 0;
    } catch (TargetGoneException e) {
      return false;
    }
  }

  /** Who holds what a server and his keeper have. */
  private static List<Integer> holders() throws IOException {
    List<Integer> holders = new ArrayList<>();
    for (int pid : ProcFs.pids()) {
      if (holds(pid)) {
        holders.add(pid);
      }
    }
    return holders;
  }

  private static boolean holds(int pid) {
    try {
      ProcFs proc = ProcFs.of(pid);
      for (int fd : proc.fds()) {
        if (leadsToJournal(proc, fd)) {
          return true;
        }
      }
    } catch (CkptException e) {
      // It ended while we looked.
      return false;
    }
    return false;
  }

  /** NB: a JVM that starts opens and closes others meanwhile. */
  private static boolean leadsToJournal(ProcFs proc, int fd) {
    try {
      return proc.fdLink(fd).toString().contains(JOURNAL);
    } catch (CkptException e) {
      return false;
    }
  }

  /** He has one thread, a JVM has many; as long as it is none yet, or is gone, it counts as he. */
  private static boolean isKeeper(int pid) throws IOException {
    try {
      return ProcFs.of(pid).tasks().size() == 1;
    } catch (TargetGoneException e) {
      return true;
    }
  }

  private static void kill(int pid) throws IOException {
    try {
      Signals.kill(pid, Signals.SIGKILL);
    } catch (SyscallException e) {
      if (e.errno() != Errno.ESRCH) {
        throw e;
      }
    }
  }
}
