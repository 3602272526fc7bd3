package dev.ckpt.convert.criu;

/**
 * The personality of a task.
 *
 * <p>CRIU 4.2 reads the hexadecimal number of /proc/PID/personality as a decimal one: an address
 * space that is not randomised, 0x40000, is 40000 in its images. (With a digit above 9 the rest is
 * lost.) It sets what is in them as it is.
 */
final class Personality {
  /** PER_MASK, and the flags of include/uapi/linux/personality.h. */
  private static final int FLAGS = 0xffe0000;

  private static final int[] KINDS = {0, 8};

  private Personality() {}

  /** What a task had, of what CRIU has written. */
  static int toCkpt(int personality) {
    if (isOne(personality)) {
      return personality;
    }
    long meant = Long.parseLong(Integer.toUnsignedString(personality), 16);
    return meant <= FLAGS && isOne((int) meant) ? (int) meant : personality;
  }

  /** Whether a number is one that a program can have asked for: of Linux, of 64 or 32 bits. */
  private static boolean isOne(int personality) {
    for (int kind : KINDS) {
      if ((personality & ~FLAGS) == kind) {
        return true;
      }
    }
    return false;
  }
}
