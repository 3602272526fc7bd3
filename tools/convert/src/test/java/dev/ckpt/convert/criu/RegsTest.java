package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.CpuX86_64;
import org.junit.jupiter.api.Test;

/** What becomes of the system call that a thread was stopped in. */
class RegsTest {
  private static final int RAX = 10;
  private static final int ORIG_RAX = 15;
  private static final int RIP = 16;

  private static final long EINTR = -4;
  private static final long ERESTARTSYS = -512;
  private static final long ERESTART_RESTARTBLOCK = -516;
  private static final long READ = 0;
  private static final long NANOSLEEP = 35;
  private static final long EPOLL_WAIT = 232;
  private static final long BEHIND = 0x1002;

  private static CpuX86_64 cpu(long rax, long origRax) {
    long[] regs = new long[CpuX86_64.NR_REGS];
    for (int i = 0; i < regs.length; i++) {
      regs[i] = 100 + i;
    }
    regs[RAX] = rax;
    regs[ORIG_RAX] = origRax;
    regs[RIP] = BEHIND;
    return CpuX86_64.of(7, regs, ByteString.EMPTY, 3);
  }

  private static void assertMadeAgain(CpuX86_64 cpu) {
    Criu.RegsX86 regs = Regs.toCriu(cpu, false);
    assertEquals(cpu.origRax(), regs.getAx());
    assertEquals(BEHIND - 2, regs.getIp());
  }

  private static void assertAsItIs(CpuX86_64 cpu, boolean stopped) {
    Criu.RegsX86 regs = Regs.toCriu(cpu, stopped);
    assertEquals(cpu.rax(), regs.getAx());
    assertEquals(BEHIND, regs.getIp());
  }

  @Test
  void allRegistersComeBack() {
    CpuX86_64 cpu = cpu(1, -1);
    Criu.RegsX86 regs = Regs.toCriu(cpu, false);
    assertEquals(cpu, Regs.toCkpt(7, regs, false, ByteString.EMPTY, 3));
  }

  @Test
  void interruptedCallIsMadeAgain() {
    assertMadeAgain(cpu(ERESTARTSYS, READ));
    assertMadeAgain(cpu(ERESTART_RESTARTBLOCK, NANOSLEEP));
    assertMadeAgain(cpu(EINTR, EPOLL_WAIT));
  }

  @Test
  void callThatIsOverStaysSo() {
    assertAsItIs(cpu(5, READ), false);
    assertAsItIs(cpu(EINTR, NANOSLEEP), false);
    assertAsItIs(cpu(ERESTARTSYS, -1), false);
  }

  /** That is what a program sees that a signal has stopped and another one continues. */
  @Test
  void stoppedTaskIsToldOfTheInterruption() {
    assertAsItIs(cpu(EINTR, EPOLL_WAIT), true);
    Criu.RegsX86 regs = Regs.toCriu(cpu(EINTR, EPOLL_WAIT), true);
    CpuX86_64 back = Regs.toCkpt(7, regs, true, ByteString.EMPTY, 3);
    assertEquals(EINTR, back.rax());
    assertEquals(-1, back.origRax());
  }

  /** CRIU has it fail with EINTR, whether the task was stopped or not. */
  @Test
  void callWithTimeLeftWaitsAgain() {
    Criu.RegsX86 regs = Regs.toCriu(cpu(EINTR, NANOSLEEP), false);
    for (boolean stopped : new boolean[] {false, true}) {
      CpuX86_64 back = Regs.toCkpt(7, regs, stopped, ByteString.EMPTY, 3);
      assertEquals(ERESTART_RESTARTBLOCK, back.rax());
      assertEquals(NANOSLEEP, back.origRax());
    }
  }
}
