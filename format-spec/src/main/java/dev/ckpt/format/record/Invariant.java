package dev.ckpt.format.record;

import dev.ckpt.format.ByteString;

/**
 * What record constructors check. A violation is an {@link IllegalArgumentException}: a mistake of
 * the caller who made the record, or a corrupt image where a codec did.
 */
final class Invariant {
  private Invariant() {}

  static void that(boolean holds, String rule, Object found) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", found " + found);
    }
  }

  /** The same without an object for the number: an index has a quarter of a million entries. */
  static void that(boolean holds, String rule, long found) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", found " + found);
    }
  }

  /** The same of something that is told in hexadecimal. */
  static void thatHex(boolean holds, String rule, long found) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", found " + Long.toHexString(found));
    }
  }

  /** The same of a range of addresses. */
  static void thatRange(boolean holds, String rule, long start, long end) {
    if (!holds) {
      throw new IllegalArgumentException(
          rule + ", found " + Long.toHexString(start) + "-" + Long.toHexString(end));
    }
  }

  static void notNull(Object value, String field) {
    if (value == null) {
      throw new IllegalArgumentException(field + " must be a known number, found another");
    }
  }

  static void range(int value, int min, int max, String field) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          field + " must be " + min + " to " + max + ", found " + value);
    }
  }

  static void positive(int value, String field) {
    range(value, 1, Integer.MAX_VALUE, field);
  }

  static void notNegative(int value, String field) {
    range(value, 0, Integer.MAX_VALUE, field);
  }

  static void bits(int value, int known, String field) {
    if ((value & ~known) != 0) {
      throw new IllegalArgumentException(
          field + " has unknown bits, found 0x" + Integer.toHexString(value));
    }
  }

  static void atMost(ByteString value, int maxBytes, String field) {
    if (value.length() > maxBytes) {
      throw new IllegalArgumentException(
          field + " must be at most " + maxBytes + " bytes, found " + value.length());
    }
  }
}
