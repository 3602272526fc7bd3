package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A task that runs before its pages are there finds every one of them, whatever it does meanwhile.
 *
 * <p>{@code -Dckpt.churn.lives=20 -Dckpt.churn.seed=...} for 10,000 rounds and more.
 */
@Tag("live")
class LazyPagesLiveTest {
  private static final int LIVES = Integer.getInteger("ckpt.churn.lives", 2);
  private static final int ROUNDS = 500;
  private static final int MIB = 64;

  /** So slow that it does most of its work while pages are missing. */
  private static final long SLOWLY = 24L << 20;

  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void whateverTheTaskDoesItsPagesAreRight() throws IOException {
    long seed = Long.getLong("ckpt.churn.seed", System.nanoTime() >>> 12);
    for (int i = 0; i < LIVES; i++) {
      long one = seed + i;
      System.out.println("LazyPagesLiveTest seed " + one);
      try (LiveProgram live = churn(one, ROUNDS)) {
        RestartedTask task = restoreLazily(live, SLOWLY);
        live.go();
        live.finish(0);
        FaultServer server = task.server().orElseThrow();
        assertTrue(server.await(LONG), "it ends");
        assertTrue(server.progress().nrFaults() > 100, server.progress()::toString);
      }
    }
  }

  /** Nothing of it can be seen when the last page is in. */
  @Test
  void nothingStays() throws IOException {
    try (LiveProgram live = churn(1, ROUNDS)) {
      FaultServer server = restoreLazily(live, 0).server().orElseThrow();
      assertTrue(server.await(LONG), "it ends");
      assertEquals(0, server.progress().leftBytes());
      assertFalse(isWatched(live.pid()), "no mapping is registered");
      live.go();
      live.finish(0);
    }
  }

  /** It keeps its descriptor. */
  @Test
  void theImageMayBeDeleted() throws IOException {
    try (LiveProgram live = churn(2, ROUNDS)) {
      FaultServer server = restoreLazily(live, SLOWLY).server().orElseThrow();
      Files.delete(live.besides("image"));
      live.go();
      live.finish(0);
      assertTrue(server.await(LONG), "it ends");
    }
  }

  @Test
  void aPageThatIsDamagedEndsTheTask() throws IOException {
    endsTheTask(
        (file, size) -> {
          file.seek(size / 2);
          int before = file.read();
          file.seek(size / 2);
          file.write(before ^ 1);
        });
  }

  @Test
  void anImageThatIsCutMeanwhileEndsTheTask() throws IOException {
    endsTheTask((file, size) -> file.setLength(size / 2));
  }

  /** Something that is done to an image. */
  private interface Harm {
    void doTo(RandomAccessFile image, long size) throws IOException;
  }

  private static void endsTheTask(Harm harm) throws IOException {
    try (LiveProgram live = churn(3, 1000 * ROUNDS)) {
      FaultServer server = restoreLazily(live, SLOWLY).server().orElseThrow();
      try (RandomAccessFile image = new RandomAccessFile(live.besides("image").toFile(), "rw")) {
        harm.doTo(image, image.length());
      }
      live.go();
      Await.until("its end", live::hasEnded, live::describe);
      CkptException e = assertThrows(CkptException.class, () -> server.await(LONG));
      assertEquals(FailureCode.IMAGE_CORRUPT, e.code());
      assertEquals(List.of("ready"), live.lines(), "it has seen nothing wrong, nor its end");
      assertEquals(137, live.awaitExit());
      live.awaitGone();
    }
  }

  @Test
  void itCanBeDumpedWhenAllPagesAreIn() throws IOException {
    try (LiveProgram live = churn(4, ROUNDS)) {
      FaultServer server = restoreLazily(live, SLOWLY).server().orElseThrow();
      Path again = live.besides("again");
      UnsupportedStateException e =
          assertThrows(UnsupportedStateException.class, () -> live.dump(again, false));
      assertEquals(RefusalCode.USERFAULTFD, e.code());
      assertTrue(server.await(LONG), "it ends");
      live.dump(again, true);
      live.restore(again, false);
      live.finish(0);
    }
  }

  @Test
  void whatItWaitedForIsWrittenDown() throws IOException {
    try (LiveProgram live = churn(5, ROUNDS)) {
      FaultServer server = restoreLazily(live, SLOWLY).server().orElseThrow();
      live.go();
      live.finish(0);
      assertTrue(server.await(LONG), "it ends");
      assertTrue(Files.size(live.besides("image.order")) > 100 * 12, "a hundred windows");
    }
  }

  private static LiveProgram churn(long seed, int rounds) throws IOException {
    Path program = Programs.folder().resolve("engine/churn");
    return LiveProgram.start(
        program,
        List.of("STATUS", Long.toString(seed), Integer.toString(rounds), Integer.toString(MIB)));
  }

  private static RestartedTask restoreLazily(LiveProgram live, long maxRate) throws IOException {
    live.awaitReady();
    Path image = live.besides("image");
    live.dump(image, true);
    return live.restoreLazily(image, RestartOptions.of(), maxRate);
  }

  private static boolean isWatched(int pid) throws IOException {
    return ProcFs.of(pid).smaps().entries().stream()
        .anyMatch(entry -> entry.vmFlags().contains("um"));
  }
}
