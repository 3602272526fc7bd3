package dev.ckpt.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PhaseTableTest {
  private static Map<String, Long> phases() {
    Map<String, Long> phases = new LinkedHashMap<>();
    phases.put("freeze", 1_000_000L);
    phases.put("pages", 3_000_000L);
    return phases;
  }

  @Test
  void showsEachPhaseWithItsPartOfTheWhole() {
    assertEquals(
        List.of("  PHASE      TIME  PART", "  freeze  1.00 ms  25 %", "  pages   3.00 ms  75 %"),
        PhaseTable.lines(phases()));
  }

  @Test
  void phasesThatTookNoTimeHaveNoPart() {
    assertEquals(
        List.of("  PHASE      TIME  PART", "  freeze  0.00 ms     -"),
        PhaseTable.lines(Map.of("freeze", 0L)));
  }

  @Test
  void scriptsGetMilliseconds() {
    assertEquals(
        "{\"freezeMillis\":1.000,\"pagesMillis\":3.000}", PhaseTable.json(phases()).toString());
  }
}
