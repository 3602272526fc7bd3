package dev.ckpt.convert.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Finds some bytes among others. Looks for the one of them that is likely the rarest, eight bytes
 * at a time, and compares all where it stands. Immutable.
 *
 * <p>Source: the zero byte in a word, as strlen(3) of many C libraries looks for it.
 */
final class ByteSearch {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  /**
   * The most frequent bytes of memory, the first most of all: a guess, on which only time hangs.
   */
  private static final String FREQUENT =
      "\0\u00ff etaoinsrlcdumpfghb_./-yvwkxjqz0123456789\1\2\3\4\10\20\177";

  private final byte[] wanted;
  private final int rarest;
  private final long word;

  ByteSearch(byte[] wanted) {
    if (wanted.length == 0) {
      throw new IllegalArgumentException("no bytes to search for");
    }
    this.wanted = wanted.clone();
    rarest = rarest(wanted);
    word = (wanted[rarest] & 0xff) * ONES;
  }

  private static int rarest(byte[] bytes) {
    int best = 0;
    for (int i = 1; i < bytes.length; i++) {
      best = rank(bytes[i]) > rank(bytes[best]) ? i : best;
    }
    return best;
  }

  private static int rank(byte value) {
    int found = FREQUENT.indexOf(value & 0xff);
    return found < 0 ? FREQUENT.length() : found;
  }

  int length() {
    return wanted.length;
  }

  /**
   * Where they stand first.
   *
   * @param from the first place to look at
   * @param to behind the last byte to look at
   * @return -1 if they do not
   */
  int find(byte[] in, int from, int to) {
    int end = to - wanted.length + 1 + rarest;
    int at = from + rarest;
    int lastWord = Math.min(to - Long.BYTES, end - 1);
    while (at <= lastWord) {
      at = nextWord(in, at, lastWord);
      if (at > lastWord) {
        break;
      }
      // NB: of the bits that are set here the lowest one is of a byte that is zero; those above it
      // need not be.
      at += Long.numberOfTrailingZeros(zeros(in, at, word)) / Byte.SIZE;
      if (at < end && isAt(in, at - rarest)) {
        return at - rarest;
      }
      at++;
    }
    for (; at < end; at++) {
      if (in[at] == wanted[rarest] && isAt(in, at - rarest)) {
        return at - rarest;
      }
    }
    return -1;
  }

  /** The next word that has the rarest byte, or one that begins behind the last. */
  private int nextWord(byte[] in, int from, int last) {
    int at = from;
    long every = word;
    while (at <= last && zeros(in, at, every) == 0) {
      at += Long.BYTES;
    }
    return at;
  }

  private static long zeros(byte[] in, int at, long every) {
    long same = (long) LONGS.get(in, at) ^ every;
    return same - ONES & ~same & HIGH_BITS;
  }

  private boolean isAt(byte[] in, int at) {
    // NB: most of them differ in these two, and the call would take ten times as long.
    return in[at] == wanted[0]
        && in[at + wanted.length - 1] == wanted[wanted.length - 1]
        && Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length);
  }
}
