package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class LimitsTest {

  private static final String TEXT = Captured.text("odd.limits");

  @Test
  void readsAllSixteenByNumber() throws Exception {
    Limits limits = Limits.parse(Captured.latin1(TEXT));
    assertEquals(16, limits.rlimits().size());
    // What the program set.
    assertEquals(new Limits.Rlimit(4711, 1048576), limits.get(Limits.RLIMIT_CORE));
    assertEquals(new Limits.Rlimit(8388608, -1), limits.get(Limits.RLIMIT_STACK));
    assertEquals(new Limits.Rlimit(20000, 20000), limits.get(Limits.RLIMIT_NOFILE));
    assertEquals(new Limits.Rlimit(819200, 819200), limits.get(Limits.RLIMIT_MSGQUEUE));
    assertEquals(new Limits.Rlimit(0, 0), limits.get(Limits.RLIMIT_NICE));
    assertEquals(new Limits.Rlimit(-1, -1), limits.get(Limits.RLIMIT_RTTIME));
  }

  @Test
  void readsTheLargestNumber() throws Exception {
    String text = TEXT.replace("4711                ", "18446744073709551614");
    assertEquals(-2, Limits.parse(Captured.latin1(text)).get(Limits.RLIMIT_CORE).soft());
  }

  @Test
  void rejectsRowsThatDiffer() {
    List<String> broken =
        List.of(
            "",
            TEXT.replace("Limit   ", "Limits  "),
            TEXT.replace("Max cpu time", "Max cpu tide"),
            TEXT.replace("seconds", "minutes"),
            TEXT.replace("4711 ", "many "),
            TEXT.replace("4711 ", "-711 "),
            TEXT.replaceFirst("(?m)^Max nice.*\n", ""),
            TEXT.substring(0, TEXT.length() - 1),
            TEXT + "Max new limit             1                    1                    us\n");
    for (String text : broken) {
      assertThrows(
          ProcFormatException.class, () -> Limits.parse(Captured.latin1(text)), () -> text);
    }
  }
}
