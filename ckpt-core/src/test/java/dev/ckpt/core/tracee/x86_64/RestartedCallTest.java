package dev.ckpt.core.tracee.x86_64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.error.CkptException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The code that is looked at stands in a buffer of our own process. */
class RestartedCallTest {
  private static final int SYSCALL_END = 64;
  private static final long POINTER = 0x7ffc_1234_5678L;
  private static final long FUTEX_PRIVATE = 128;
  private static final long FUTEX_CLOCK_REALTIME = 256;
  private static final long FUTEX_WAIT_BITSET = 9;

  private final NativeBuffer code = NativeBuffer.allocate(128);

  /** Registers of a thread whose syscall instruction ends at a place of the buffer. */
  private UserRegs regs(long rdi, long rsi, long rdx) {
    code.put(SYSCALL_END - 2, new byte[] {0x0f, 0x05});
    return new UserRegs(new long[UserRegs.WORDS])
        .with(UserRegs.ORIG_RAX, SyscallNumbers.RESTART_SYSCALL)
        .with(UserRegs.RAX, -Errno.ERESTART_RESTARTBLOCK)
        .with(UserRegs.RIP, code.address(SYSCALL_END))
        .with(UserRegs.RDI, rdi)
        .with(UserRegs.RSI, rsi)
        .with(UserRegs.RDX, rdx);
  }

  private void movEax(int number) {
    code.put(SYSCALL_END - 7, new byte[] {(byte) 0xb8});
    code.putInt(SYSCALL_END - 6, number);
  }

  private static OptionalLong number(UserRegs regs) throws CkptException {
    return number(regs, "");
  }

  private static OptionalLong number(UserRegs regs, String wchan) throws CkptException {
    try (RemoteMemory self = RemoteMemory.open(Tasks.self(), TouchHook.NONE)) {
      return RestartedCall.number(regs, self, wchan);
    }
  }

  @Test
  void seesAThreadThatIsAboutToGoOnWithItsSleep() throws CkptException {
    UserRegs stopped = regs(1, 2, 3);
    UserRegs ready =
        stopped
            .with(UserRegs.RIP, stopped.ip() - 2)
            .with(UserRegs.RAX, SyscallNumbers.RESTART_SYSCALL)
            .with(UserRegs.ORIG_RAX, -1);
    try (RemoteMemory self = RemoteMemory.open(Tasks.self(), TouchHook.NONE)) {
      assertEquals(stopped, RestartedCall.beforeRestart(ready, self));
      assertEquals(stopped, RestartedCall.beforeRestart(stopped, self));
      UserRegs elsewhere = ready.with(UserRegs.RIP, ready.ip() + 2);
      assertEquals(elsewhere, RestartedCall.beforeRestart(elsewhere, self));
      UserRegs other = ready.with(UserRegs.RAX, SyscallNumbers.READ);
      assertEquals(other, RestartedCall.beforeRestart(other, self));
    }
  }

  @Test
  void isTheRestartOfAnInterruptedSleepOnly() {
    UserRegs regs = regs(0, 0, 0);
    assertTrue(RestartedCall.is(regs));
    assertFalse(RestartedCall.is(regs.with(UserRegs.ORIG_RAX, SyscallNumbers.NANOSLEEP)));
    assertFalse(RestartedCall.is(regs.with(UserRegs.RAX, -Errno.EINTR)));
    assertFalse(RestartedCall.is(regs.with(UserRegs.RAX, 0)));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        SyscallNumbers.NANOSLEEP,
        SyscallNumbers.CLOCK_NANOSLEEP,
        SyscallNumbers.POLL,
        SyscallNumbers.FUTEX
      })
  void theCodeTellsTheNumber(int number) throws CkptException {
    movEax(number);
    assertEquals(OptionalLong.of(number), number(regs(0, 0, 0)));
    assertEquals(OptionalLong.of(number), number(regs(POINTER, POINTER, 5)));
  }

  @Test
  void aNumberThatIsNeverRestartedSoIsNotBelieved() throws CkptException {
    movEax(SyscallNumbers.READ);
    assertEquals(OptionalLong.empty(), number(regs(POINTER, POINTER, 5)));
  }

  @Test
  void aClockAndAPointerToTheTimeAreClockNanosleep() throws CkptException {
    assertEquals(OptionalLong.of(SyscallNumbers.CLOCK_NANOSLEEP), number(regs(0, 0, POINTER)));
    assertEquals(OptionalLong.of(SyscallNumbers.CLOCK_NANOSLEEP), number(regs(1, 0, POINTER)));
  }

  /** poll(NULL, 0, milliseconds) is an old way to sleep; its first argument looks like a clock. */
  @Test
  void pollOfNothingIsNotTakenForASleepOnAClock() throws CkptException {
    OptionalLong number = number(regs(0, 0, 10_000));
    assertTrue(number.isEmpty() || number.getAsLong() == SyscallNumbers.POLL, "call " + number);
    assertEquals(
        OptionalLong.of(SyscallNumbers.POLL), number(regs(0, 0, POINTER), "poll_schedule_timeout"));
  }

  /** Nine descriptors look like FUTEX_WAIT_BITSET: what cannot be told must not be guessed. */
  @ParameterizedTest
  @ValueSource(longs = {9, 9 + 128, 9 + 256, 9 + 128 + 256})
  void pollOfNineIsNotTakenForAFutex(long nrDescriptors) throws CkptException {
    OptionalLong number = number(regs(POINTER, nrDescriptors, 10_000));
    assertTrue(number.isEmpty() || number.getAsLong() == SyscallNumbers.POLL, "call " + number);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, FUTEX_PRIVATE, FUTEX_PRIVATE | FUTEX_CLOCK_REALTIME})
  void aFutexIsNeverTakenForSomethingElse(long flags) throws CkptException {
    OptionalLong number =
        number(regs(POINTER, FUTEX_WAIT_BITSET | flags, 1).with(UserRegs.R10, POINTER));
    assertTrue(number.isEmpty() || number.getAsLong() == SyscallNumbers.FUTEX, "call " + number);
  }

  @Test
  void whereItSleptTellsTheRest() throws CkptException {
    UserRegs regs = regs(POINTER, POINTER, 0);
    assertEquals(OptionalLong.of(SyscallNumbers.NANOSLEEP), number(regs, "hrtimer_nanosleep"));
    assertEquals(OptionalLong.of(SyscallNumbers.NANOSLEEP), number(regs, "do_syscall_64"));
    assertEquals(
        OptionalLong.of(SyscallNumbers.POLL), number(regs, "poll_schedule_timeout.constprop.0"));
    assertEquals(OptionalLong.of(SyscallNumbers.FUTEX), number(regs, "futex_do_wait"));
    assertEquals(
        OptionalLong.of(SyscallNumbers.CLOCK_NANOSLEEP),
        number(regs(1, 0, POINTER), "hrtimer_nanosleep"));
    assertEquals(OptionalLong.empty(), number(regs, "0"));
  }

  @Test
  void twoPointersAreLeftOpen() throws CkptException {
    assertEquals(OptionalLong.empty(), number(regs(POINTER, POINTER, 0)));
  }
}
