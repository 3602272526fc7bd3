package dev.ckpt.core.tracee;

import dev.ckpt.core.kernel.Bpf;
import dev.ckpt.core.kernel.Seccomp;
import dev.ckpt.core.kernel.Seccomp.Action;
import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * A seccomp filter, and what it may answer to a system call of which not all is known.
 *
 * <p>It is executed with words that are known or not. Jumps only go forward, so one pass in the
 * order of the instructions sees every way through it: where two ways meet, a word counts as known
 * if both agree on it. The true answer is always among those given; where nothing is known for
 * certain there may be more. A program that the kernel would not have taken may answer anything.
 *
 * <p>Source: {@code seccomp_check_filter} in kernel/seccomp.c and {@code bpf_check_classic} in
 * net/core/filter.c, which say what instructions there are.
 */
public final class SeccompProgram {
  private static final int A = 0;
  private static final int X = 1;
  private static final int MEMORY = 2;
  private static final int NR_WORDS = MEMORY + Bpf.MEMWORDS;

  /** A word that is not known; all others are 0 to 2^32-1. */
  private static final long UNKNOWN = SeccompData.UNKNOWN;

  private static final long WORD = 0xffffffffL;

  private final short[] codes;
  private final int[] jumpTrue;
  private final int[] jumpFalse;
  private final long[] operands;

  private SeccompProgram(int length) {
    codes = new short[length];
    jumpTrue = new int[length];
    jumpFalse = new int[length];
    operands = new long[length];
  }

  /** Decodes a program of {@code struct sock_filter}. */
  public static SeccompProgram of(ByteString instructions) {
    ByteBuffer in = ByteBuffer.wrap(instructions.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    SeccompProgram program = new SeccompProgram(instructions.length() / Bpf.INSTRUCTION_BYTES);
    for (int i = 0; i < program.codes.length; i++) {
      program.codes[i] = in.getShort();
      program.jumpTrue[i] = Byte.toUnsignedInt(in.get());
      program.jumpFalse[i] = Byte.toUnsignedInt(in.get());
      program.operands[i] = Integer.toUnsignedLong(in.getInt());
    }
    return program;
  }

  /** All that it may answer. */
  public Set<Action> answers(SeccompData call) {
    return new Run(call).run();
  }

  /** One pass. */
  private final class Run {
    private final SeccompData call;
    private final long[][] states = new long[codes.length][];
    private final EnumSet<Action> answers = EnumSet.noneOf(Action.class);
    private boolean valid = true;

    Run(SeccompData call) {
      this.call = call;
    }

    Set<Action> run() {
      long[] first = new long[NR_WORDS];
      Arrays.fill(first, MEMORY, NR_WORDS, UNKNOWN);
      flow(0, first);
      for (int at = 0; at < codes.length && valid; at++) {
        long[] state = states[at];
        if (state != null) {
          states[at] = null;
          execute(at, state);
        }
      }
      return valid ? answers : EnumSet.allOf(Action.class);
    }

    /** A way leads on to an instruction. */
    private void flow(long to, long[] state) {
      if (to >= codes.length) {
        valid = false;
        return;
      }
      int at = (int) to;
      if (states[at] == null) {
        states[at] = state;
        return;
      }
      for (int i = 0; i < NR_WORDS; i++) {
        if (states[at][i] != state[i]) {
          states[at][i] = UNKNOWN;
        }
      }
    }

    private void execute(int at, long[] state) {
      switch (codes[at] & Bpf.CLASS_MASK) {
        case Bpf.RET -> ret(at, state);
        case Bpf.JMP -> jump(at, state);
        case Bpf.ALU -> {
          if (calculate(at, state)) {
            flow(at + 1L, state);
          }
        }
        default -> {
          move(at, state);
          flow(at + 1L, state);
        }
      }
    }

    private void ret(int at, long[] state) {
      int code = code(at);
      if (code == (Bpf.RET | Bpf.K)) {
        answers.add(Action.of((int) operands[at]));
      } else if (code == (Bpf.RET | Bpf.A) && state[A] != UNKNOWN) {
        answers.add(Action.of((int) state[A]));
      } else {
        valid = false;
      }
    }

    private void move(int at, long[] state) {
      long k = operands[at];
      switch (code(at)) {
        case Bpf.LD | Bpf.W | Bpf.ABS -> state[A] = load(k);
        case Bpf.LD | Bpf.W | Bpf.LEN -> state[A] = Seccomp.DATA_BYTES;
        case Bpf.LDX | Bpf.W | Bpf.LEN -> state[X] = Seccomp.DATA_BYTES;
        case Bpf.LD | Bpf.IMM -> state[A] = k;
        case Bpf.LDX | Bpf.IMM -> state[X] = k;
        case Bpf.LD | Bpf.MEM -> state[A] = memory(k) < 0 ? UNKNOWN : state[memory(k)];
        case Bpf.LDX | Bpf.MEM -> state[X] = memory(k) < 0 ? UNKNOWN : state[memory(k)];
        case Bpf.ST -> store(k, state, state[A]);
        case Bpf.STX -> store(k, state, state[X]);
        case Bpf.MISC | Bpf.TAX -> state[X] = state[A];
        case Bpf.MISC | Bpf.TXA -> state[A] = state[X];
        default -> valid = false;
      }
    }

    private long load(long offset) {
      if (offset % Integer.BYTES != 0 || offset >= Seccomp.DATA_BYTES) {
        valid = false;
        return UNKNOWN;
      }
      return call.word((int) offset);
    }

    private void store(long index, long[] state, long value) {
      if (memory(index) >= 0) {
        state[memory(index)] = value;
      }
    }

    private int memory(long index) {
      if (index >= Bpf.MEMWORDS) {
        valid = false;
        return -1;
      }
      return MEMORY + (int) index;
    }

    /** Whether the program goes on: to divide by zero ends it, and it answers 0. */
    private boolean calculate(int at, long[] state) {
      int code = code(at);
      long operand = (code & Bpf.X) != 0 ? state[X] : operands[at];
      int operation = code & Bpf.OP_MASK;
      boolean known = (code & ~(Bpf.OP_MASK | Bpf.X | Bpf.CLASS_MASK)) == 0;
      if (operation == Bpf.DIV && (operand == 0 || operand == UNKNOWN)) {
        answers.add(Action.of(0));
        if (operand == 0) {
          return false;
        }
      }
      if (operation == Bpf.NEG) {
        state[A] = state[A] == UNKNOWN ? UNKNOWN : -state[A] & WORD;
      } else if (state[A] == UNKNOWN || operand == UNKNOWN) {
        known &= isOperation(operation);
        state[A] = UNKNOWN;
      } else {
        known &= isOperation(operation);
        state[A] = known ? result(operation, state[A], operand) : UNKNOWN;
      }
      valid &= known;
      return true;
    }

    private static boolean isOperation(int operation) {
      return operation <= Bpf.RSH || operation == Bpf.XOR;
    }

    private static long result(int operation, long a, long operand) {
      return switch (operation) {
        case Bpf.ADD -> a + operand & WORD;
        case Bpf.SUB -> a - operand & WORD;
        case Bpf.MUL -> a * operand & WORD;
        case Bpf.DIV -> a / operand;
        case Bpf.OR -> a | operand;
        case Bpf.AND -> a & operand;
        // How far the kernel's own compiler shifts then is the machine's affair.
        case Bpf.LSH -> operand >= Integer.SIZE ? UNKNOWN : a << operand & WORD;
        case Bpf.RSH -> operand >= Integer.SIZE ? UNKNOWN : a >>> operand;
        default -> a ^ operand;
      };
    }

    private void jump(int at, long[] state) {
      int code = code(at);
      if (code == (Bpf.JMP | Bpf.JA)) {
        flow(at + 1L + operands[at], state);
        return;
      }
      long operand = (code & Bpf.X) != 0 ? state[X] : operands[at];
      int operation = code & Bpf.OP_MASK;
      if (operation > Bpf.JSET || operation == Bpf.JA) {
        valid = false;
        return;
      }
      long ifTrue = at + 1L + jumpTrue[at];
      long ifFalse = at + 1L + jumpFalse[at];
      if (state[A] == UNKNOWN || operand == UNKNOWN) {
        flow(ifTrue, state.clone());
        flow(ifFalse, state);
      } else {
        flow(holds(operation, state[A], operand) ? ifTrue : ifFalse, state);
      }
    }

    private static boolean holds(int operation, long a, long operand) {
      return switch (operation) {
        case Bpf.JEQ -> a == operand;
        case Bpf.JGT -> a > operand;
        case Bpf.JGE -> a >= operand;
        default -> (a & operand) != 0;
      };
    }

    private int code(int at) {
      return Short.toUnsignedInt(codes[at]);
    }
  }
}
