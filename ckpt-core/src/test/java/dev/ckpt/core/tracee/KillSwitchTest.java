package dev.ckpt.core.tracee;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KillSwitchTest {
  @Test
  void countsCalls() {
    KillSwitch count = KillSwitch.parse("count", () -> {});
    for (int i = 0; i < 5; i++) {
      count.before("call");
      count.after("call");
    }
    assertEquals(5, count.calls());
  }

  @ParameterizedTest
  @ValueSource(strings = {"before:3", "after:3"})
  void killsNobodyBeforeItsTurn(String setting) {
    KillSwitch kill = KillSwitch.parse(setting, () -> {});
    kill.before("first");
    kill.after("first");
    kill.before("second");
    kill.after("second");
    assertEquals(2, kill.calls());
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL@%d=after:2", "KILL@%d=before:2", "KILL@%d=phase:freeze"})
  void killsAnotherInItsTurn(String setting) throws IOException {
    Process victim = new ProcessBuilder("/bin/sleep", "1000").start();
    try {
      KillSwitch kill =
          KillSwitch.parse(
              String.format(setting, victim.pid()), () -> fail("we have not been sent anything"));
      kill.before("first");
      kill.after("first");
      kill.phase("survey");
      assertTrue(victim.isAlive());
      kill.before("second");
      kill.after("second");
      kill.phase("freeze");
      assertEquals(128 + 9, assertDoesNotThrow(() -> victim.waitFor()));
      assertEquals(Map.of("survey", 1L, "freeze", 2L), kill.phases());
    } finally {
      victim.destroyForcibly();
    }
  }

  @Test
  void anotherThreadsCallsDoNotHideTheEndOfOne() throws Exception {
    Process victim = new ProcessBuilder("/bin/sleep", "1000").start();
    try {
      KillSwitch kill = KillSwitch.parse("KILL@" + victim.pid() + "=after:1", () -> {});
      kill.before("first");
      Thread other =
          new Thread(
              () -> {
                kill.before("second");
                kill.after("second");
              });
      other.start();
      other.join();
      assertTrue(victim.isAlive());
      kill.after("first");
      assertEquals(128 + 9, victim.waitFor());
    } finally {
      victim.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "before",
        "before:",
        "before:x",
        "never:3",
        "Count",
        "3",
        "=count",
        "ABRT=count",
        "KILL@=count",
        "KILL@x=count",
        "phase"
      })
  void refusesOtherSettings(String setting) {
    assertThrows(IllegalArgumentException.class, () -> KillSwitch.parse(setting, () -> {}));
  }
}
