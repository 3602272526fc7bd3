package dev.ckpt.core.tracee;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Bpf;
import dev.ckpt.core.kernel.Seccomp;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeccompGateTest {
  private static final RemoteCall QUESTION = RemoteCall.question("kcmp", SyscallNumbers.KCMP);
  private static final RemoteCall UNDOING =
      RemoteCall.undoing("setsockopt", SyscallNumbers.SETSOCKOPT);

  /** Gives this answer to one call, and allows all others. */
  private static SeccompProgram only(int call, int answer) {
    ByteBuffer code = ByteBuffer.allocate(4 * Bpf.INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    code.putInt(Bpf.LD | Bpf.W | Bpf.ABS).putInt(0);
    code.putInt(Bpf.JMP | Bpf.JEQ | Bpf.K | 1 << 24).putInt(call);
    code.putInt(Bpf.RET | Bpf.K).putInt(answer);
    code.putInt(Bpf.RET | Bpf.K).putInt(Seccomp.RET_ALLOW);
    return SeccompProgram.of(ByteString.of(code.array()));
  }

  private static SeccompGate gate(SeccompProgram... filters) {
    return SeccompGate.of(List.of(filters), List.of(QUESTION, UNDOING));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {Seccomp.RET_ALLOW, Seccomp.RET_LOG, Seccomp.RET_ERRNO | 1, Seccomp.RET_TRACE})
  void aQuestionMayBeAnsweredWithAnError(int answer) {
    assertEquals(List.of(), gate(only(SyscallNumbers.KCMP, answer)).obstacles());
    assertEquals(List.of(), gate(only(SyscallNumbers.TGKILL, answer)).obstacles());
    assertEquals(List.of(), gate(only(SyscallNumbers.MMAP, answer)).obstacles());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Seccomp.RET_KILL_PROCESS,
        Seccomp.RET_KILL_THREAD,
        Seccomp.RET_TRAP,
        Seccomp.RET_USER_NOTIF,
        0x12340000
      })
  void nothingMayHarmForAQuestion(int answer) {
    assertEquals(1, gate(only(SyscallNumbers.KCMP, answer)).obstacles().size());
    assertEquals(1, gate(only(SyscallNumbers.TGKILL, answer)).obstacles().size());
    assertEquals(1, gate(only(SyscallNumbers.MMAP, answer)).obstacles().size());
  }

  @ParameterizedTest
  @ValueSource(ints = {Seccomp.RET_ERRNO | 1, Seccomp.RET_TRACE, Seccomp.RET_KILL_THREAD})
  void theWayHomeAndWhatTakesBackMustPass(int answer) {
    assertEquals(1, gate(only(SyscallNumbers.MUNMAP, answer)).obstacles().size());
    assertEquals(1, gate(only(SyscallNumbers.RT_SIGPROCMASK, answer)).obstacles().size());
    assertEquals(1, gate(only(SyscallNumbers.SETSOCKOPT, answer)).obstacles().size());
  }

  @Test
  void everyFilterCounts() {
    SeccompProgram harmless = only(SyscallNumbers.KCMP, Seccomp.RET_ERRNO);
    SeccompProgram harmful = only(SyscallNumbers.KCMP, Seccomp.RET_KILL_PROCESS);
    assertEquals(List.of("kcmp (KILL_PROCESS)"), gate(harmless, harmful).obstacles());
    assertEquals(List.of("kcmp (KILL_PROCESS)"), gate(harmful, harmless).obstacles());
  }

  @Test
  void knowsWhetherTheKernelMayRestartACall() {
    int number = SyscallNumbers.RESTART_SYSCALL;
    assertTrue(SeccompGate.pass(List.of(), number));
    assertTrue(SeccompGate.pass(List.of(only(1, 0)), number));
    assertFalse(SeccompGate.pass(List.of(only(number, Seccomp.RET_ERRNO)), number));
  }

  @Test
  void letsNothingInThatWasNotAnnounced() {
    RemoteCall option = RemoteCall.question("prctl", SyscallNumbers.PRCTL, 3);
    SeccompGate gate = SeccompGate.of(List.of(), List.of(QUESTION, option));
    List<Long> three = Arrays.asList(3L, null, 0L, 0L, 0L, 0L);
    List<Long> four = Arrays.asList(4L, null, 0L, 0L, 0L, 0L);
    List<Long> unknown = Arrays.asList(null, 0L, 0L, 0L, 0L, 0L);
    assertDoesNotThrow(() -> gate.admit("kcmp", SyscallNumbers.KCMP, unknown));
    assertDoesNotThrow(() -> gate.admit("prctl", SyscallNumbers.PRCTL, three));
    assertThrows(
        IllegalStateException.class, () -> gate.admit("prctl", SyscallNumbers.PRCTL, four));
    assertThrows(
        IllegalStateException.class, () -> gate.admit("prctl", SyscallNumbers.PRCTL, unknown));
    assertThrows(IllegalStateException.class, () -> gate.admit("open", 2, three));
    assertDoesNotThrow(() -> SeccompGate.OPEN.admit("open", 2, three));
  }
}
