package dev.ckpt.tests;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A program with random state of every kind finds all of it after a restore, and looks the same
 * from outside. {@code ckpt.random.seeds} says with how many seeds, {@code ckpt.random.first} with
 * which the first: the one that a failed test is named after, for instance.
 */
@Tag("live")
class RandomStateLiveTest {
  private static final int SEEDS = Integer.getInteger("ckpt.random.seeds", 10);
  private static final int LAST_SEED = 1_000_000_000;

  static LongStream seeds() {
    long first = Long.getLong("ckpt.random.first", System.nanoTime() % LAST_SEED);
    System.out.println("random state: " + SEEDS + " seeds from " + first);
    return LongStream.range(first, first + SEEDS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void comesBack(long seed) throws IOException {
    try (LiveProgram live =
        LiveProgram.start(
            Programs.folder().resolve("random_state"), List.of("STATUS", Long.toString(seed)))) {
      live.awaitReady();
      OutsideView before = OutsideView.steady(live.pid());
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, false);
      before.expect(live.pid());
      live.finish(0);
    }
  }
}
