package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.SyscallException;
import org.junit.jupiter.api.Test;

class CallTest {
  @Test
  void onlyMinusOneIsAFailure() throws SyscallException {
    assertEquals(0, Call.check(0L, "", "call"));
    assertEquals(-2, Call.check(-2L, "", "call"));
    assertEquals(Long.MIN_VALUE, Call.check(Long.MIN_VALUE, "", "call"));
    assertEquals(7, Call.check(7, "", "call"));
  }

  @Test
  void aFailureTellsCallArgumentsAndErrno() {
    SyscallException e =
        assertThrows(
            SyscallException.class,
            () -> Call.check(LibC.close(-5), "[pid 812]", "close", -5, 0x7f0000000000L, -1L, 3L));
    assertEquals(Errno.EBADF, e.errno());
    assertEquals("close", e.call());
    assertEquals(
        "[pid 812] close(-5, 0x7f0000000000, 0xffffffffffffffff, 3) = EBADF(9)", e.getMessage());
  }

  @Test
  void oursHaveNoTarget() {
    SyscallException e = Call.failure(Errno.ENOENT, "", "open", Files.text(Files.bytes("/x")));
    assertEquals("open(\"/x\") = ENOENT(2)", e.getMessage());
    assertTrue(e.toString().contains(e.getMessage()));
  }
}
