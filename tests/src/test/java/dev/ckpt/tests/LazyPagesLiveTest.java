package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
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
    RestartOptions options =
        RestartOptions.of()
            .withDetach(false)
            .withLazyPages(new RestartOptions.LazyImage(image, false, maxRate));
    return live.restore(image, options);
  }

  private static boolean isWatched(int pid) throws IOException {
    return ProcFs.of(pid).smaps().entries().stream()
        .anyMatch(entry -> entry.vmFlags().contains("um"));
  }
}
