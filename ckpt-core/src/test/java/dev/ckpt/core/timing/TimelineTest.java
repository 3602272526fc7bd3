package dev.ckpt.core.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private static Timeline at(Long... times) {
    Deque<Long> clock = new ArrayDeque<>(List.of(times));
    return new Timeline(clock::remove);
  }

  @Test
  void phasesFollowEachOtherInTheirOrder() {
    Timeline timeline = at(100L, 130L, 135L);

    timeline.end("survey");
    timeline.end("freeze");

    assertEquals("{survey=30, freeze=5}", timeline.phases().toString());
  }

  @Test
  void aPhaseThatComesAgainIsAddedUp() {
    Timeline timeline = at(0L, 10L, 30L, 33L);

    timeline.end("freeze");
    timeline.end("survey");
    timeline.end("freeze");

    assertEquals("{freeze=13, survey=20}", timeline.phases().toString());
  }

  @Test
  void wallTimeCountsFromTheBeginning() {
    Timeline timeline = at(100L, 130L, 170L);

    timeline.end("survey");

    assertEquals(70, timeline.wallNanos());
  }
}
