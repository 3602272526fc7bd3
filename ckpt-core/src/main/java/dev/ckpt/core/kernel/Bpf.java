package dev.ckpt.core.kernel;

/**
 * The instructions of classic BPF.
 *
 * <p>Source: {@code linux/bpf_common.h}, {@code linux/filter.h}.
 */
public final class Bpf {
  public static final int LD = 0x00;
  public static final int LDX = 0x01;
  public static final int ST = 0x02;
  public static final int STX = 0x03;
  public static final int ALU = 0x04;
  public static final int JMP = 0x05;
  public static final int RET = 0x06;
  public static final int MISC = 0x07;

  /** The bits of an instruction's class. */
  public static final int CLASS_MASK = 0x07;

  public static final int W = 0x00;
  public static final int IMM = 0x00;
  public static final int ABS = 0x20;
  public static final int MEM = 0x60;
  public static final int LEN = 0x80;

  public static final int ADD = 0x00;
  public static final int SUB = 0x10;
  public static final int MUL = 0x20;
  public static final int DIV = 0x30;
  public static final int OR = 0x40;
  public static final int AND = 0x50;
  public static final int LSH = 0x60;
  public static final int RSH = 0x70;
  public static final int NEG = 0x80;
  public static final int XOR = 0xa0;

  /** The bits of an ALU or JMP instruction's operation. */
  public static final int OP_MASK = 0xf0;

  public static final int JA = 0x00;
  public static final int JEQ = 0x10;
  public static final int JGT = 0x20;
  public static final int JGE = 0x30;
  public static final int JSET = 0x40;

  /** The operand is the instruction's own number. */
  public static final int K = 0x00;

  /** The operand is the index register. */
  public static final int X = 0x08;

  /** The value that is returned is the accumulator. */
  public static final int A = 0x10;

  public static final int TAX = 0x00;
  public static final int TXA = 0x80;

  /** Words of scratch memory. */
  public static final int MEMWORDS = 16;

  /** Size of {@code struct sock_filter}. */
  public static final int INSTRUCTION_BYTES = 8;

  /** The most instructions of a program. */
  public static final int MAXINSNS = 4096;

  private Bpf() {}
}
