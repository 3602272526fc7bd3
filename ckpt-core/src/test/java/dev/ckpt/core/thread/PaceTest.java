package dev.ckpt.core.thread;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final int MIB = 1 << 20;

  /** All but the last wait for what came before; some of it may be caught up with. */
  private static final long LEAST_NANOS = (19 * 10 - 50) * 1_000_000L;

  /** NB: there is no upper bound that a busy machine keeps. */
  @Test
  void letsNobodyBeFaster() {
    Pace pace = Pace.of(100 * MIB);
    long begin = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      pace.await(MIB);
    }
    assertTrue(System.nanoTime() - begin >= LEAST_NANOS);
  }

  @Test
  void countsForAllWhoShareIt() throws Exception {
    Pace pace = Pace.of(100 * MIB);
    long begin = System.nanoTime();
    Future<Void> other =
        SideThread.once(
            "other",
            () -> {
              for (int i = 0; i < 10; i++) {
                pace.await(MIB);
              }
              return null;
            });
    for (int i = 0; i < 10; i++) {
      pace.await(MIB);
    }
    other.get();
    assertTrue(System.nanoTime() - begin >= LEAST_NANOS);
  }

  @Test
  void waitsForNothingWithoutOne() {
    for (int i = 0; i < 1000; i++) {
      Pace.NONE.await(Long.MAX_VALUE);
    }
  }

  @Test
  void refusesToStandStill() {
    assertThrows(IllegalArgumentException.class, () -> Pace.of(0));
    assertThrows(IllegalArgumentException.class, () -> Pace.of(-1));
  }
}
