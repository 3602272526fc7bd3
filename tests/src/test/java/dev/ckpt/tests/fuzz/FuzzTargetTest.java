package dev.ckpt.tests.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.proc.ProcFormatException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is a finding, and what is none. */
class FuzzTargetTest {
  /** Kept, so that no compiler leaves it out. */
  private byte[] allocated = {};

  private static FuzzTarget target(FuzzTarget.Reader reader) {
    return FuzzTarget.of("test", ProcFormatException.class, List::of, reader);
  }

  @Test
  void aRefusalIsNone() throws Throwable {
    FuzzTarget refusing =
        target(
            in -> {
              throw new ProcFormatException("test", 1, "nothing");
            });
    assertFalse(refusing.run(new byte[1]));
    assertTrue(target(in -> {}).run(new byte[1]));
  }

  @Test
  void anotherExceptionIsOne() {
    FuzzTarget failing =
        target(
            in -> {
              throw new IllegalStateException("no refusal");
            });
    assertThrows(IllegalStateException.class, () -> failing.run(new byte[1]));
  }

  @Test
  void anErrorIsOne() {
    FuzzTarget failing =
        target(
            in -> {
              throw new StackOverflowError();
            });
    assertThrows(StackOverflowError.class, () -> failing.run(new byte[1]));
  }

  @Test
  void anAllocationOutOfProportionIsOne() throws Throwable {
    FuzzTarget allocating = target(in -> allocated = new byte[in[0] << 20]);
    assertTrue(allocating.run(new byte[] {1}));
    assertThrows(AssertionError.class, () -> allocating.run(new byte[] {64}));
    assertTrue(allocated.length > 0);
  }
}
