package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.record.VmFlag;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VmFlagTest {
  private static final String IN_ORDER =
      "rd wr ex sh mr mw me ms gd pf dw lo io sr rr dc de ac nr ht sf ar wf dd sd mm hg nh mg um"
          + " uw ss sl dp lf";

  @Test
  void numbersTheLettersOfSmapsInTheirOrder() {
    String[] letters = IN_ORDER.split(" ");
    assertEquals(letters.length, VmFlag.values().length);
    for (int i = 0; i < letters.length; i++) {
      VmFlag flag = VmFlag.of(letters[i]).orElseThrow();
      assertEquals(1L << i, flag.bit());
      assertEquals(letters[i], flag.letters());
    }
    assertEquals(Optional.empty(), VmFlag.of("??"));
  }

  @Test
  void turnsSetsIntoBitsAndBack() {
    EnumSet<VmFlag> flags = EnumSet.of(VmFlag.RD, VmFlag.GD, VmFlag.DP);
    long bits = VmFlag.bitsOf(flags);
    assertEquals(flags, VmFlag.setOf(bits));
    assertTrue(VmFlag.known(bits));
    assertFalse(VmFlag.known(bits | 1L << 35));
    assertFalse(VmFlag.known(-1));
  }
}
