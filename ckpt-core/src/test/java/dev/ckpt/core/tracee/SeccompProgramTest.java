package dev.ckpt.core.tracee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Bpf;
import dev.ckpt.core.kernel.Seccomp;
import dev.ckpt.core.kernel.Seccomp.Action;
import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeccompProgramTest {
  private static final int ARG0 = Seccomp.DATA_ARGS;
  private static final Set<Action> ALL = EnumSet.allOf(Action.class);

  private final ByteBuffer code = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  private SeccompProgramTest stmt(int opcode, int k) {
    return jump(opcode, k, 0, 0);
  }

  private SeccompProgramTest jump(int opcode, int k, int jt, int jf) {
    code.putShort((short) opcode).put((byte) jt).put((byte) jf).putInt(k);
    return this;
  }

  private SeccompProgramTest load(int offset) {
    return stmt(Bpf.LD | Bpf.W | Bpf.ABS, offset);
  }

  private SeccompProgramTest ret(int answer) {
    return stmt(Bpf.RET | Bpf.K, answer);
  }

  private Set<Action> answers(SeccompData data) {
    byte[] bytes = new byte[code.position()];
    code.get(0, bytes);
    return SeccompProgram.of(ByteString.of(bytes)).answers(data);
  }

  /** Answers ALLOW if A is so, else KILL_THREAD. */
  private Set<Action> allowIfA(long wanted, SeccompData data) {
    jump(Bpf.JMP | Bpf.JEQ | Bpf.K, (int) wanted, 0, 1);
    return ret(Seccomp.RET_ALLOW).ret(Seccomp.RET_KILL_THREAD).answers(data);
  }

  @ParameterizedTest
  @CsvSource({
    "0x80000000, KILL_PROCESS",
    "0x00000000, KILL_THREAD",
    "0x0003ffff, TRAP",
    "0x00050001, ERRNO",
    "0x7fc00000, USER_NOTIF",
    "0x7ff00007, TRACE",
    "0x7ffc0000, LOG",
    "0x7fff1234, ALLOW",
    "0x12340000, KILL_PROCESS",
    "0x80030000, KILL_PROCESS",
  })
  void namesWhatTheKernelDoesWithAnAnswer(String answer, Action action) {
    assertEquals(
        Set.of(action), ret((int) (long) Long.decode(answer)).answers(SeccompData.anything()));
  }

  @Test
  void tellsCallsByNumberArchitectureAndBothHalvesOfAnArgument() {
    load(0).jump(Bpf.JMP | Bpf.JEQ | Bpf.K, 157, 0, 7);
    load(4).jump(Bpf.JMP | Bpf.JEQ | Bpf.K, Seccomp.AUDIT_ARCH_X86_64, 0, 5);
    load(ARG0 + 8).jump(Bpf.JMP | Bpf.JEQ | Bpf.K, 0x89abcdef, 0, 3);
    load(ARG0 + 12).jump(Bpf.JMP | Bpf.JEQ | Bpf.K, 0x01234567, 0, 1);
    ret(Seccomp.RET_ALLOW).ret(Seccomp.RET_TRAP);
    SeccompData prctl = SeccompData.of(157);
    assertEquals(Set.of(Action.ALLOW), answers(prctl.with(1, 0x0123456789abcdefL)));
    assertEquals(Set.of(Action.TRAP), answers(prctl.with(1, 0x89abcdefL)));
    assertEquals(Set.of(Action.TRAP), answers(SeccompData.of(158)));
    assertEquals(Set.of(Action.ALLOW, Action.TRAP), answers(prctl));
    assertEquals(Set.of(Action.ALLOW, Action.TRAP), answers(SeccompData.anything()));
  }

  @ParameterizedTest
  @CsvSource({
    "0x00, 5, 0xffffffff, 4",
    "0x10, 5, 6, 0xffffffff",
    "0x20, 0x10001, 0x10001, 0x20001",
    "0x30, 0xffffffff, 2, 0x7fffffff",
    "0x40, 0xf0, 0x0f, 0xff",
    "0x50, 0xff, 0x18, 0x18",
    "0x60, 0x80000001, 1, 2",
    "0x70, 0x80000001, 31, 1",
    "0xa0, 0xff, 0x0f, 0xf0",
    "0x80, 1, 0, 0xffffffff",
  })
  void calculatesWith32Bits(String operation, String a, String operand, String result) {
    int op = Integer.decode(operation);
    stmt(Bpf.LD | Bpf.IMM, (int) (long) Long.decode(a));
    stmt(Bpf.ALU | op | Bpf.K, (int) (long) Long.decode(operand));
    assertEquals(Set.of(Action.ALLOW), allowIfA(Long.decode(result), SeccompData.anything()));
    code.clear();
    stmt(Bpf.LDX | Bpf.IMM, (int) (long) Long.decode(operand));
    stmt(Bpf.LD | Bpf.IMM, (int) (long) Long.decode(a));
    stmt(Bpf.ALU | op | (op == Bpf.NEG ? 0 : Bpf.X), 0);
    assertEquals(Set.of(Action.ALLOW), allowIfA(Long.decode(result), SeccompData.anything()));
  }

  @ParameterizedTest
  @CsvSource({
    "0x10, 7, 7, true",
    "0x10, 7, 8, false",
    "0x20, 0x80000000, 0x7fffffff, true",
    "0x20, 7, 7, false",
    "0x30, 7, 7, true",
    "0x30, 6, 0xffffffff, false",
    "0x40, 6, 2, true",
    "0x40, 6, 9, false",
  })
  void comparesUnsigned(String operation, String a, String operand, boolean holds) {
    int op = Integer.decode(operation);
    for (int source : new int[] {Bpf.K, Bpf.X}) {
      code.clear();
      stmt(Bpf.LDX | Bpf.IMM, (int) (long) Long.decode(operand));
      stmt(Bpf.LD | Bpf.IMM, (int) (long) Long.decode(a));
      int k = source == Bpf.K ? (int) (long) Long.decode(operand) : 0;
      jump(Bpf.JMP | op | source, k, 0, 1).ret(Seccomp.RET_ALLOW).ret(Seccomp.RET_TRAP);
      assertEquals(Set.of(holds ? Action.ALLOW : Action.TRAP), answers(SeccompData.anything()));
    }
  }

  @Test
  void keepsWordsInScratchMemoryAndInTheIndexRegister() {
    stmt(Bpf.LD | Bpf.IMM, 42).stmt(Bpf.ST, 15).stmt(Bpf.LD | Bpf.IMM, 0);
    stmt(Bpf.LDX | Bpf.MEM, 15).stmt(Bpf.STX, 3).stmt(Bpf.LD | Bpf.MEM, 3);
    stmt(Bpf.MISC | Bpf.TAX, 0).stmt(Bpf.LD | Bpf.IMM, 1).stmt(Bpf.MISC | Bpf.TXA, 0);
    assertEquals(Set.of(Action.ALLOW), allowIfA(42, SeccompData.anything()));
  }

  @Test
  void startsWithZerosAndKnowsTheLengthOfItsData() {
    assertEquals(Set.of(Action.ALLOW), allowIfA(0, SeccompData.anything()));
    code.clear();
    stmt(Bpf.MISC | Bpf.TXA, 0);
    assertEquals(Set.of(Action.ALLOW), allowIfA(0, SeccompData.anything()));
    code.clear();
    stmt(Bpf.LD | Bpf.W | Bpf.LEN, 0);
    assertEquals(Set.of(Action.ALLOW), allowIfA(64, SeccompData.anything()));
    code.clear();
    stmt(Bpf.LDX | Bpf.W | Bpf.LEN, 0).stmt(Bpf.MISC | Bpf.TXA, 0);
    assertEquals(Set.of(Action.ALLOW), allowIfA(64, SeccompData.anything()));
  }

  @Test
  void returnsTheAccumulator() {
    stmt(Bpf.LD | Bpf.IMM, Seccomp.RET_LOG).stmt(Bpf.RET | Bpf.A, 0);
    assertEquals(Set.of(Action.LOG), answers(SeccompData.anything()));
    code.clear();
    load(ARG0).stmt(Bpf.RET | Bpf.A, 0);
    assertEquals(ALL, answers(SeccompData.of(1)));
    assertEquals(Set.of(Action.TRACE), answers(SeccompData.of(1).with(0, Seccomp.RET_TRACE)));
  }

  @Test
  void divisionByZeroKillsTheThread() {
    stmt(Bpf.LD | Bpf.IMM, 5).stmt(Bpf.ALU | Bpf.DIV | Bpf.X, 0).ret(Seccomp.RET_ALLOW);
    assertEquals(Set.of(Action.KILL_THREAD), answers(SeccompData.anything()));
    code.clear();
    load(ARG0).stmt(Bpf.MISC | Bpf.TAX, 0).stmt(Bpf.ALU | Bpf.DIV | Bpf.X, 0);
    ret(Seccomp.RET_ALLOW);
    assertEquals(Set.of(Action.KILL_THREAD, Action.ALLOW), answers(SeccompData.of(1)));
    assertEquals(Set.of(Action.ALLOW), answers(SeccompData.of(1).with(0, 3)));
  }

  @Test
  void whereTwoWaysMeetOnlyWhatBothAgreeOnIsKnown() {
    load(ARG0).jump(Bpf.JMP | Bpf.JEQ | Bpf.K, 1, 0, 3);
    stmt(Bpf.LD | Bpf.IMM, 10).stmt(Bpf.LDX | Bpf.IMM, 7).stmt(Bpf.JMP | Bpf.JA, 2);
    stmt(Bpf.LD | Bpf.IMM, 20).stmt(Bpf.LDX | Bpf.IMM, 7);
    int join = code.position();
    assertEquals(Set.of(Action.ALLOW, Action.KILL_THREAD), allowIfA(10, SeccompData.of(1)));
    code.position(join);
    stmt(Bpf.MISC | Bpf.TXA, 0);
    assertEquals(Set.of(Action.ALLOW), allowIfA(7, SeccompData.of(1)));
  }

  @Test
  void theWorstProgramsEndSoon() {
    // Every pair of instructions doubles the ways through it.
    for (int i = 0; i < Bpf.MAXINSNS / 2 - 1; i++) {
      load(ARG0 + 4 * (i % 12)).jump(Bpf.JMP | Bpf.JEQ | Bpf.K, i, 1, 0);
    }
    ret(Seccomp.RET_ALLOW).ret(Seccomp.RET_TRAP);
    assertTrue(answers(SeccompData.of(1)).contains(Action.ALLOW));
  }

  @ParameterizedTest
  @CsvSource({
    "0x20, 1", // not at a word
    "0x20, 64", // behind the data
    "0x28, 0", // half a word
    "0x40, 0", // indirect
    "0x60, 16", // behind the memory
    "0x02, 16",
    "0x94, 1", // modulo
    "0x05, 5", // out of the program
    "0x55, 0", // no such jump
    "0xffff, 0",
  })
  void whatTheKernelWouldNotTakeMayAnswerAnything(String opcode, int k) {
    jump(Integer.decode(opcode), k, 0, 0).ret(Seccomp.RET_ALLOW);
    assertEquals(ALL, answers(SeccompData.of(1)));
  }

  @Test
  void aProgramWithoutAnEndMayAnswerAnything() {
    assertEquals(ALL, answers(SeccompData.of(1)));
    load(0);
    assertEquals(ALL, answers(SeccompData.of(1)));
  }

  @Test
  void whateverIsUnknownTheTrueAnswerIsAmongThoseGiven() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 3000; i++) {
      randomProgram(random);
      SeccompData part = SeccompData.of(random.nextInt(8));
      SeccompData all = part;
      for (int argument = 0; argument < 6; argument++) {
        long value = random.nextInt(4) | (long) random.nextInt(3) << Integer.SIZE;
        all = all.with(argument, value);
        part = random.nextBoolean() ? part.with(argument, value) : part;
      }
      assertTrue(
          answers(part).containsAll(answers(all)), () -> "seed " + seed + ": " + code.position());
    }
  }

  private void randomProgram(Random random) {
    code.clear();
    int length = 4 + random.nextInt(20);
    for (int i = 0; i < length; i++) {
      int left = length - i - 1;
      switch (random.nextInt(4)) {
        case 0 -> load(random.nextInt(2) == 0 ? 0 : ARG0 + 4 * random.nextInt(12));
        case 1 -> {
          int[] moves = {Bpf.LD, Bpf.LDX, Bpf.MISC | Bpf.TAX, Bpf.MISC | Bpf.TXA, Bpf.ST, 0x60};
          stmt(moves[random.nextInt(moves.length)], random.nextInt(3));
        }
        case 2 -> {
          int[] sums = {Bpf.ADD, Bpf.SUB, Bpf.AND, Bpf.OR, Bpf.XOR, Bpf.DIV, Bpf.LSH};
          int source = random.nextBoolean() ? Bpf.X : Bpf.K;
          stmt(Bpf.ALU | sums[random.nextInt(sums.length)] | source, 1 + random.nextInt(3));
        }
        default -> {
          int op = (1 + random.nextInt(4)) << 4;
          jump(Bpf.JMP | op, random.nextInt(4), random.nextInt(left + 1), random.nextInt(left + 1));
        }
      }
    }
    for (int i = 0; i < 8; i++) {
      ret(new int[] {Seccomp.RET_ALLOW, Seccomp.RET_ERRNO, Seccomp.RET_TRAP, 0}[i % 4]);
    }
  }
}
