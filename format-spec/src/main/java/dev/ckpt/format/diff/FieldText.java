package dev.ckpt.format.diff;

import dev.ckpt.format.ByteString;
import java.util.Locale;
import java.util.Set;

/** Values of fields as people read them. */
final class FieldText {
  /** Longer bytes are told by where they differ. */
  private static final int WHOLE_BYTES_MAX = 48;

  private static final int SHOWN_BYTES = 8;

  /** From here on a number that is no quantity is an address, or bits. */
  private static final long HEX_FROM = 4096;

  private static final Set<String> QUANTITIES =
      Set.of("nanos", "micros", "seconds", "bytes", "ticks", "size", "pos", "ino", "inode", "peer");

  private FieldText() {}

  /**
   * Text of a value.
   *
   * @param field its name
   * @param other the value that it differs from
   */
  static String of(String field, Object value, Object other) {
    if (value instanceof ByteString bytes) {
      return other instanceof ByteString others ? bytes(bytes, others) : bytes(bytes, bytes);
    }
    if (value instanceof Integer number) {
      return number(last(field), number);
    }
    if (value instanceof Long number) {
      return number(last(field), number);
    }
    return value instanceof Enum<?> constant ? constant.name() : value.toString();
  }

  /** A name as people write it, if it is text; else with its bytes made visible. */
  static String text(ByteString name) {
    String text = name.utf8();
    return ByteString.of(text).equals(name) ? text : name.toString();
  }

  private static String last(String field) {
    return field.substring(field.lastIndexOf('.') + 1);
  }

  private static String number(String name, int value) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.equals("mode") || lower.equals("umask") || lower.equals("filemode")) {
      return "0" + Integer.toOctalString(value);
    }
    boolean bits =
        lower.endsWith("flags")
            || lower.endsWith("mask")
            || lower.endsWith("events")
            || lower.endsWith("crc32c")
            || lower.equals("prot");
    return bits ? "0x" + Integer.toHexString(value) : Integer.toString(value);
  }

  private static String number(String name, long value) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean quantity = QUANTITIES.stream().anyMatch(lower::endsWith);
    return quantity || value >= 0 && value < HEX_FROM
        ? Long.toString(value)
        : "0x" + Long.toHexString(value);
  }

  private static String bytes(ByteString value, ByteString other) {
    if (value.length() <= WHOLE_BYTES_MAX) {
      return "'" + value + "'";
    }
    int at = Math.max(0, value.asByteBuffer().mismatch(other.asByteBuffer()));
    StringBuilder text = new StringBuilder(value.length() + " bytes");
    text.append(at == value.length() ? "" : ", from " + at + " on:");
    for (int i = at; i < Math.min(at + SHOWN_BYTES, value.length()); i++) {
      text.append(' ').append(String.format("%02x", value.byteAt(i)));
    }
    return text.toString();
  }
}
