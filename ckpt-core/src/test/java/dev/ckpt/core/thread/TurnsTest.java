package dev.ckpt.core.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static final long NR_TURNS = 10_000;

  private final Turns turns = new Turns();

  @Test
  void comeInTheOrderOfTheirNumbers() throws Exception {
    // NB: not synchronized: what one has added the next one sees.
    List<Long> seen = new ArrayList<>();
    Future<Void> others = SideThread.once("others", () -> takeEverySecond(1, seen));
    takeEverySecond(0, seen);
    Outcome.of(others);
    assertEquals(LongStream.range(0, NR_TURNS).boxed().toList(), seen);
  }

  private Void takeEverySecond(long first, List<Long> seen) {
    for (long number = first; number < NR_TURNS; number += 2) {
      assertTrue(turns.await(number));
      seen.add(number);
      turns.pass(number);
    }
    return null;
  }

  @Test
  void nobodyWaitsForATurnThatWillNotCome() throws Exception {
    Future<Boolean> waiting = SideThread.once("waiting", () -> turns.await(1));
    turns.end();
    assertFalse(Outcome.of(waiting));
    assertFalse(turns.await(0), "also when it would be its turn");
  }
}
