package dev.ckpt.core.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private static Timeline at(Long... times) {
    Deque<Long> clock = new ArrayDeque<>(List.of(times));
    return new Timeline(clock::remove, phase -> {});
  }

  @Test
  void phasesFollowEachOtherInTheirOrder() throws CkptException {
    Timeline timeline = at(100L, 130L, 135L);

    timeline.end("survey");
    timeline.end("freeze");

    assertEquals("{survey=30, freeze=5}", timeline.phases().toString());
  }

  @Test
  void aPhaseThatComesAgainIsAddedUp() throws CkptException {
    Timeline timeline = at(0L, 10L, 30L, 33L);

    timeline.end("freeze");
    timeline.end("survey");
    timeline.end("freeze");

    assertEquals("{freeze=13, survey=20}", timeline.phases().toString());
  }

  @Test
  void tellsOfEachPhaseAndPassesOnWhatIsThrown() throws CkptException {
    List<String> told = new ArrayList<>();
    CkptException enough = new CkptException(FailureCode.INTERRUPTED, "enough");
    Timeline timeline =
        Timeline.begin(
            phase -> {
              told.add(phase);
              if (phase.equals("freeze")) {
                throw enough;
              }
            });

    timeline.end("survey");
    assertSame(enough, assertThrows(CkptException.class, () -> timeline.end("freeze")));

    assertEquals(List.of("survey", "freeze"), told);
    assertEquals(Set.of("survey", "freeze"), timeline.phases().keySet());
  }

  @Test
  void wallTimeCountsFromTheBeginning() throws CkptException {
    Timeline timeline = at(100L, 130L, 170L);

    timeline.end("survey");

    assertEquals(70, timeline.wallNanos());
  }
}
