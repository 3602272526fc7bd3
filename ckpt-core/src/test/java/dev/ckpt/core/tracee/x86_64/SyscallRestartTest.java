package dev.ckpt.core.tracee.x86_64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyscallRestartTest {
  private static final long IP = 0x401002;

  private static UserRegs stopped(long origRax, long rax) {
    return new UserRegs(new long[UserRegs.WORDS])
        .with(UserRegs.ORIG_RAX, origRax)
        .with(UserRegs.RAX, rax)
        .with(UserRegs.RIP, IP)
        .with(UserRegs.RDI, 77)
        .with(UserRegs.RSP, 0x7ffc00001000L);
  }

  private static UserRegs again(UserRegs regs, long number) {
    return regs.with(UserRegs.RAX, number).with(UserRegs.RIP, IP - 2);
  }

  /** Nothing was interrupted: a finished call, or no call at all. */
  @ParameterizedTest
  @CsvSource({
    "0,5", "3,-4", "1,-32", "35,-4", "7,-4", "202,-4", "-1,-512", "-1,-4", "-1,0", "232,3"
  })
  void leavesWhatWasNotInterrupted(long origRax, long rax) {
    UserRegs regs = stopped(origRax, rax);
    assertEquals(regs, SyscallRestart.forLiveThread(regs));
    assertEquals(regs, SyscallRestart.forThreadComingHome(regs));
    assertEquals(regs.with(UserRegs.ORIG_RAX, -1), SyscallRestart.forRestoredThread(regs));
  }

  /** A program that is continued sees the EINTR of its stop; other calls are made again. */
  @ParameterizedTest
  @CsvSource({"232,-4,-1", "0,-4,-1", "0,-512,0", "35,-516,35", "232,3,232", "-1,-4,-1"})
  void endsCallsThatAGroupStopInterrupted(long origRax, long rax, long then) {
    UserRegs regs = stopped(origRax, rax);
    assertEquals(regs.with(UserRegs.ORIG_RAX, then), SyscallRestart.forStoppedThread(regs));
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.ERESTARTSYS, Errno.ERESTARTNOINTR, Errno.ERESTARTNOHAND})
  void makesInterruptedCallsAgain(int errno) {
    UserRegs regs = stopped(SyscallNumbers.READ, -errno);
    assertEquals(regs, SyscallRestart.forLiveThread(regs), "the kernel does it itself");
    UserRegs again = again(regs, SyscallNumbers.READ);
    assertEquals(again, SyscallRestart.forThreadComingHome(regs));
    assertEquals(again.with(UserRegs.ORIG_RAX, -1), SyscallRestart.forRestoredThread(regs));
  }

  /** The restart block is the live thread's own; a restored one has none. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        SyscallNumbers.NANOSLEEP,
        SyscallNumbers.CLOCK_NANOSLEEP,
        SyscallNumbers.POLL,
        SyscallNumbers.FUTEX,
        SyscallNumbers.RESTART_SYSCALL
      })
  void sleepsGoOnWithTheirRestartBlock(long number) {
    UserRegs regs = stopped(number, -Errno.ERESTART_RESTARTBLOCK);
    assertEquals(regs, SyscallRestart.forLiveThread(regs));
    assertEquals(
        again(regs, SyscallNumbers.RESTART_SYSCALL), SyscallRestart.forThreadComingHome(regs));
    assertEquals(
        again(regs, number).with(UserRegs.ORIG_RAX, -1), SyscallRestart.forRestoredThread(regs));
  }

  /** The calls of signal(7) that answer EINTR to a stop. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        SyscallNumbers.EPOLL_WAIT,
        SyscallNumbers.EPOLL_PWAIT,
        SyscallNumbers.EPOLL_PWAIT2,
        SyscallNumbers.RT_SIGTIMEDWAIT,
        SyscallNumbers.SEMOP,
        SyscallNumbers.SEMTIMEDOP,
        SyscallNumbers.MSGRCV,
        SyscallNumbers.MSGSND,
        SyscallNumbers.IO_GETEVENTS,
        SyscallNumbers.IO_PGETEVENTS
      })
  void hidesAnEintrThatIsOnlyOurStop(long number) {
    UserRegs regs = stopped(number, -Errno.EINTR);
    UserRegs live = regs.with(UserRegs.RAX, -Errno.ERESTARTNOHAND);
    assertEquals(live, SyscallRestart.forLiveThread(regs));
    UserRegs again = again(regs, number);
    assertEquals(again, SyscallRestart.forThreadComingHome(regs));
    assertEquals(again.with(UserRegs.ORIG_RAX, -1), SyscallRestart.forRestoredThread(regs));
    UserRegs successful = regs.with(UserRegs.RAX, 2);
    assertEquals(successful, SyscallRestart.forLiveThread(successful));
  }

  @ParameterizedTest
  @CsvSource({"0,true", "334,true", "-1,false"})
  void knowsWhetherItWasInACall(long origRax, boolean inside) {
    assertEquals(inside, SyscallRestart.inSyscall(stopped(origRax, 0)));
  }
}
