package dev.ckpt.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @Test
  void readsANumberAndAUnit() {
    assertEquals(Duration.ofMillis(500), Durations.parse("500ms"));
    assertEquals(Duration.ofSeconds(5), Durations.parse("5s"));
    assertEquals(Duration.ofMinutes(2), Durations.parse("2m"));
    assertEquals(Duration.ofHours(1), Durations.parse("1h"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-5s", "+5s", "1.5s", "5 s", "5S", "5sec", "9999999999s"})
  void refusesEverythingElse(String text) {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> Durations.parse(text));

    assertTrue(error.getMessage().contains("500ms, 5s, 2m"), error.getMessage());
  }

  @Test
  void refusesNoTimeAtAll() {
    assertThrows(IllegalArgumentException.class, () -> Durations.parse("0s"));
  }

  @Test
  void refusesWhatNobodyWaitsFor() {
    assertEquals(Duration.ofDays(1), Durations.parse("24h"));
    for (String text : new String[] {"25h", "1441m", "999999999h"}) {
      assertThrows(IllegalArgumentException.class, () -> Durations.parse(text), text);
    }
  }
}
