package dev.ckpt.core.tracee;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  @Test
  void farAheadHasNotPassed() {
    Deadline deadline = Deadline.in(Duration.ofDays(1));
    for (int i = 0; i < 100; i++) {
      deadline.pause();
    }
    assertFalse(deadline.passed());
  }

  @Test
  void behindUsHasPassed() {
    assertTrue(Deadline.in(Duration.ofSeconds(-1)).passed());
  }

  @Test
  void pausesLeadToIt() {
    Deadline deadline = Deadline.in(Duration.ofMillis(5));
    while (!deadline.passed()) {
      deadline.pause();
    }
    assertTrue(deadline.passed());
  }
}
