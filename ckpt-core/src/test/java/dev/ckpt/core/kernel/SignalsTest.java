package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import org.junit.jupiter.api.Test;

class SignalsTest {
  @Test
  void bitsCountFromOne() {
    assertEquals(1, Signals.bit(Signals.SIGHUP));
    assertEquals(1L << 8, Signals.bit(Signals.SIGKILL));
    assertEquals(Long.MIN_VALUE, Signals.bit(Signals.NSIG));
  }

  @Test
  void blocksForThisThreadAndPutsBack() throws SyscallException {
    long before = Signals.block(0);
    assertEquals(before, Signals.block(Signals.bit(Signals.SIGWINCH)));
    assertEquals(before | Signals.bit(Signals.SIGWINCH), Signals.block(0));
    Signals.setMask(before);
    assertEquals(before, Signals.block(0));
  }

  @Test
  void tellsWhetherAProcessExists() throws SyscallException {
    assertTrue(Signals.exists(Tasks.self()));
    assertTrue(Signals.exists(1), "although it may not be ours");
    assertFalse(Signals.exists(Integer.MAX_VALUE));
    assertEquals(
        Errno.ESRCH,
        assertThrows(SyscallException.class, () -> Signals.kill(Integer.MAX_VALUE, Signals.SIGUSR1))
            .errno());
  }
}
