package dev.ckpt.core.tracee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KillSwitchTest {
  @Test
  void countsCalls() {
    KillSwitch count = KillSwitch.parse("count");
    for (int i = 0; i < 5; i++) {
      count.before("call");
      count.after("call");
    }
    assertEquals(5, count.calls());
  }

  @ParameterizedTest
  @ValueSource(strings = {"before:3", "after:3"})
  void killsNobodyBeforeItsTurn(String setting) {
    KillSwitch kill = KillSwitch.parse(setting);
    kill.before("first");
    kill.after("first");
    kill.before("second");
    kill.after("second");
    assertEquals(2, kill.calls());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "before", "before:", "before:x", "never:3", "Count", "3"})
  void refusesOtherSettings(String setting) {
    assertThrows(IllegalArgumentException.class, () -> KillSwitch.parse(setting));
  }
}
