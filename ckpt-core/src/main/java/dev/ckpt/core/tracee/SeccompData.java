package dev.ckpt.core.tracee;

import dev.ckpt.core.kernel.Seccomp;
import java.util.Arrays;

/**
 * What a seccomp filter sees of a system call ({@code struct seccomp_data}), as far as it is known
 * beforehand. From where it is made is never known.
 */
public final class SeccompData {
  /** A word that is not known. */
  static final long UNKNOWN = -1;

  private static final long WORD = 0xffffffffL;

  private final long[] words = new long[Seccomp.DATA_BYTES / Integer.BYTES];

  private SeccompData() {
    Arrays.fill(words, UNKNOWN);
  }

  /** Any call at all. */
  public static SeccompData anything() {
    return new SeccompData();
  }

  /** A 64-bit call of this number, with any arguments. */
  public static SeccompData of(int number) {
    SeccompData data = new SeccompData();
    data.words[0] = Integer.toUnsignedLong(number);
    data.words[Seccomp.DATA_ARCH / Integer.BYTES] =
        Integer.toUnsignedLong(Seccomp.AUDIT_ARCH_X86_64);
    return data;
  }

  /** The same with one argument known. */
  public SeccompData with(int argument, long value) {
    SeccompData data = new SeccompData();
    System.arraycopy(words, 0, data.words, 0, words.length);
    int at = Seccomp.DATA_ARGS / Integer.BYTES + 2 * argument;
    data.words[at] = value & WORD;
    data.words[at + 1] = value >>> Integer.SIZE;
    return data;
  }

  /** The word at an offset, or UNKNOWN. */
  long word(int offset) {
    return words[offset / Integer.BYTES];
  }
}
