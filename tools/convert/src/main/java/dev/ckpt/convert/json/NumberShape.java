package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A whole number of 32 or 64 bits. Quantities are JSON numbers, or the same digits as text where a
 * reader that knows only doubles would lose some; addresses and flags are text, such as {@code
 * "0x7ffe1000"}, and modes of files, such as {@code "0o644"}. Any of these is read for any number,
 * be it meant signed or unsigned.
 */
final class NumberShape implements Shape {
  private static final String TEXT = "^(-?(0|[1-9][0-9]{0,19})|0x[0-9a-fA-F]{1,16}|0o[0-7]{1,22})$";
  private static final Pattern PATTERN = Pattern.compile(TEXT);

  /** Every whole number up to here is a double, and the next one is not: 2^53-1. */
  private static final long EXACT_MAX = (1L << 53) - 1;

  private static final int HEX = 16;
  private static final int OCTAL = 8;
  private static final int PREFIX = 2;

  /** Ends of names of 64-bit numbers that are no addresses or flags. */
  private static final List<String> QUANTITIES =
      List.of(
          "nanos", "micros", "seconds", "bytes", "ticks", "size", "pos", "ino", "inode", "peer",
          "count", "pages", "len", "value");

  private static final List<String> BITS =
      List.of("flags", "mask", "events", "crc32c", "prot", "seals", "personality", "securebits");

  private static final List<String> MODES = List.of("mode", "umask");

  /** Ends of names of 32-bit numbers that have no sign: 2^32-1 is nobody. */
  private static final List<String> IDS = List.of("uid", "gid", "groups");

  /** How one is written. */
  private enum Style {
    DECIMAL,
    UNSIGNED,
    HEX,
    OCTAL
  }

  private final boolean wide;
  private final Style style;

  private NumberShape(boolean wide, Style style) {
    this.wide = wide;
    this.style = style;
  }

  /** That of an int. */
  static NumberShape ofInt(String name) {
    Style style = Style.DECIMAL;
    if (endsWithAny(name, MODES)) {
      style = Style.OCTAL;
    } else if (endsWithAny(name, BITS)) {
      style = Style.HEX;
    } else if (endsWithAny(name, IDS)) {
      style = Style.UNSIGNED;
    }
    return new NumberShape(false, style);
  }

  /** That of a long. */
  static NumberShape ofLong(String name) {
    return new NumberShape(true, endsWithAny(name, QUANTITIES) ? Style.DECIMAL : Style.HEX);
  }

  private static boolean endsWithAny(String name, List<String> ends) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ends.stream().anyMatch(lower::endsWith);
  }

  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    long number = ((Number) value).longValue();
    long unsigned = wide ? number : number & 0xffff_ffffL;
    switch (style) {
      case HEX -> out.writeString("0x" + Long.toHexString(unsigned));
      case OCTAL -> out.writeString("0o" + Long.toOctalString(unsigned));
      case UNSIGNED -> out.writeNumber(unsigned);
      default -> {
        if (Math.abs(number) <= EXACT_MAX && number != Long.MIN_VALUE) {
          out.writeNumber(number);
        } else {
          out.writeString(Long.toString(number));
        }
      }
    }
  }

  @Override
  public Object read(JsonInput in) throws IOException {
    in.spend(wide ? Long.BYTES : Integer.BYTES);
    String expected = wide ? "a whole number of 64 bits" : "a whole number of 32 bits";
    if (in.token() != JsonToken.VALUE_NUMBER_INT) {
      in.require(JsonToken.VALUE_STRING, expected);
    }
    String text = in.text();
    if (!PATTERN.matcher(text).matches()) {
      throw in.bad(expected);
    }
    long number = parse(text, in, expected);
    if (wide) {
      return number;
    }
    boolean fits =
        text.startsWith("-") ? number >= Integer.MIN_VALUE : number >>> Integer.SIZE == 0;
    if (!fits) {
      throw in.bad(expected);
    }
    return (int) number;
  }

  private static long parse(String text, JsonInput in, String expected) throws IOException {
    try {
      if (text.startsWith("0x")) {
        return Long.parseUnsignedLong(text.substring(PREFIX), HEX);
      } else if (text.startsWith("0o")) {
        return Long.parseUnsignedLong(text.substring(PREFIX), OCTAL);
      }
      return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw in.bad(expected, e);
    }
  }

  @Override
  public void schema(JsonGenerator out) throws IOException {
    Schemas.reference(wide ? Schemas.NUMBER_64 : Schemas.NUMBER_32, out);
  }

  /** Writes the schema of all numbers of 32 or 64 bits. */
  static void define(boolean wide, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("anyOf");
    out.writeStartObject();
    out.writeStringField("type", "integer");
    out.writeNumberField("minimum", wide ? Long.MIN_VALUE : Integer.MIN_VALUE);
    out.writeFieldName("maximum");
    out.writeNumber(
        BigInteger.ONE.shiftLeft(wide ? Long.SIZE : Integer.SIZE).subtract(BigInteger.ONE));
    out.writeEndObject();
    out.writeStartObject();
    out.writeStringField("type", "string");
    out.writeStringField("pattern", TEXT);
    out.writeEndObject();
    out.writeEndArray();
    out.writeEndObject();
  }
}
