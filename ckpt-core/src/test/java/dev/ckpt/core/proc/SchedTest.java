package dev.ckpt.core.proc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.kernel.Tasks;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class SchedTest {
  private static final String DASHES = "-".repeat(67) + "\n";
  private static final String VALUES =
      "se.exec_start                                :        768781.078506\n"
          + "se.vruntime                                  :         63053.462164\n"
          + "nr_switches                                  :                    7\n"
          + "nr_voluntary_switches                        :                    5\n"
          + "policy                                       :                    0\n";

  private static Sched parse(String text) throws ProcFormatException {
    return Sched.parse(text.getBytes(US_ASCII));
  }

  @Test
  void readsTheTwoValues() throws Exception {
    assertEquals(
        new Sched(768_781_078_506L, 5), parse("sleep (812, #threads: 1)\n" + DASHES + VALUES));
  }

  @Test
  void aNameCannotPassItselfOffAsAValue() throws Exception {
    String name = "se.exec_start :";
    assertEquals(
        new Sched(768_781_078_506L, 5), parse(name + "\n9 (812, #threads: 1)\n" + DASHES + VALUES));
  }

  @Test
  void whatIsMissingIsAnError() {
    assertThrows(ProcFormatException.class, () -> parse(""));
    assertThrows(ProcFormatException.class, () -> parse(VALUES));
    assertThrows(ProcFormatException.class, () -> parse(DASHES));
    assertThrows(
        ProcFormatException.class, () -> parse(DASHES + VALUES.replace("nr_voluntary", "nr_v")));
    assertThrows(
        ProcFormatException.class, () -> parse(DASHES + VALUES.replace("768781.078506", "768781")));
    assertThrows(
        ProcFormatException.class, () -> parse(DASHES + VALUES.replace(".078506", ".0785")));
  }

  @Test
  void readsOurOwnThread() throws Exception {
    ProcFs self = ProcFs.of(Tasks.self());
    try {
      Sched first = self.sched(Tasks.selfThread());
      Sched second = self.sched(Tasks.selfThread());
      assertEquals(true, second.execStartNanos() >= first.execStartNanos());
    } catch (ProcMissingException e) {
      Assumptions.abort("no CONFIG_SCHED_DEBUG");
    }
  }
}
