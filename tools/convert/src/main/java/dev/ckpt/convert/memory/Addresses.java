package dev.ckpt.convert.memory;

import java.util.Optional;

/** Addresses as people write them. */
public final class Addresses {
  private static final int HEX_DIGITS = 16;
  private static final String PREFIX = "0x";

  private Addresses() {}

  /** Reads hex digits, with or without 0x before them; empty if it is no such number. */
  public static Optional<Long> parse(String text) {
    String digits = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    boolean hex =
        !digits.isEmpty()
            && digits.length() <= HEX_DIGITS
            && digits.chars().allMatch(c -> c < 0x80 && Character.digit(c, 16) >= 0);
    return hex ? Optional.of(Long.parseUnsignedLong(digits, 16)) : Optional.empty();
  }
}
