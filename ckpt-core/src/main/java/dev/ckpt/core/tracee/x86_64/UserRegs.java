package dev.ckpt.core.tracee.x86_64;

import dev.ckpt.core.kernel.NativeBuffer;
import java.util.Arrays;

/**
 * General registers of a thread: {@code struct user_regs_struct} of {@code sys/user.h}, 27 words of
 * 8 bytes in the kernel's order.
 */
public final class UserRegs {
  public static final int R15 = 0;
  public static final int R14 = 1;
  public static final int R13 = 2;
  public static final int R12 = 3;
  public static final int RBP = 4;
  public static final int RBX = 5;
  public static final int R11 = 6;
  public static final int R10 = 7;
  public static final int R9 = 8;
  public static final int R8 = 9;
  public static final int RAX = 10;
  public static final int RCX = 11;
  public static final int RDX = 12;
  public static final int RSI = 13;
  public static final int RDI = 14;
  public static final int ORIG_RAX = 15;
  public static final int RIP = 16;
  public static final int CS = 17;
  public static final int EFLAGS = 18;
  public static final int RSP = 19;
  public static final int SS = 20;
  public static final int FS_BASE = 21;
  public static final int GS_BASE = 22;
  public static final int DS = 23;
  public static final int ES = 24;
  public static final int FS = 25;
  public static final int GS = 26;

  /** Number of words. */
  public static final int WORDS = 27;

  /** Size in bytes. */
  public static final int BYTES = WORDS * Long.BYTES;

  /** Code segment of 64-bit user code; any other value is a 32-bit task. */
  public static final long USER_CS = 0x33;

  private final long[] words;

  /** Takes a copy of 27 words in the kernel's order. */
  public UserRegs(long[] words) {
    if (words.length != WORDS) {
      throw new IllegalArgumentException("user_regs_struct has 27 words, not " + words.length);
    }
    this.words = words.clone();
  }

  /** Reads them from memory. */
  public static UserRegs from(NativeBuffer buffer) {
    long[] words = new long[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] = buffer.getLong(i * Long.BYTES);
    }
    return new UserRegs(words);
  }

  /** Writes them to memory. */
  public void to(NativeBuffer buffer) {
    for (int i = 0; i < WORDS; i++) {
      buffer.putLong(i * Long.BYTES, words[i]);
    }
  }

  /** One register by its index. */
  public long get(int index) {
    return words[index];
  }

  /** A copy in which one register is different. */
  public UserRegs with(int index, long value) {
    UserRegs copy = new UserRegs(words);
    copy.words[index] = value;
    return copy;
  }

  /** Instruction pointer. */
  public long ip() {
    return words[RIP];
  }

  /** All words, in the kernel's order. */
  public long[] toArray() {
    return words.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UserRegs && Arrays.equals(words, ((UserRegs) other).words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    return String.format(
        "rip=%x rsp=%x rax=%x orig_rax=%x", words[RIP], words[RSP], words[RAX], words[ORIG_RAX]);
  }
}
