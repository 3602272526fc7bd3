package dev.ckpt.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RatesTest {
  @Test
  void readsANumberAndALetter() {
    assertEquals(5L << 10, Rates.parse("5K"));
    assertEquals(200L << 20, Rates.parse("200M"));
    assertEquals(999_999L << 30, Rates.parse("999999G"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "5", "0M", "-1M", "+1M", "1.5G", "5 M", "5m", "5MB", "1000000K"})
  void refusesEverythingElse(String text) {
    assertThrows(IllegalArgumentException.class, () -> Rates.parse(text));
  }
}
