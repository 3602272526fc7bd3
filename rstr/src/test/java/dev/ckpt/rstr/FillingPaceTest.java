package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.backend.PageRange;
import org.junit.jupiter.api.Test;

class FillingPaceTest {
  private static final PageRange MIB = new PageRange(0x7000_0000_0000L, 256);

  private final FillingPace pace = new FillingPace();

  private void add(int mib, boolean isHuge, long nanosEach) {
    for (int i = 0; i < mib; i++) {
      pace.add(isHuge, MIB, nanosEach);
    }
  }

  @Test
  void beginsWithoutThem() {
    assertFalse(pace.isForHuge());
    add(7, false, 400);
    assertFalse(pace.isForHuge());
    add(1, false, 400);
    assertTrue(pace.isForHuge());
  }

  @Test
  void staysWithWhatIsFaster() {
    add(8, false, 400);
    add(1000, true, 300);
    assertTrue(pace.isForHuge());
  }

  @Test
  void stopsWhenTheyAreSlow() {
    add(8, false, 400);
    add(5, true, 2000);
    assertTrue(pace.isForHuge(), "not before it can be told");
    add(1, true, 2000);
    assertFalse(pace.isForHuge());
  }
}
