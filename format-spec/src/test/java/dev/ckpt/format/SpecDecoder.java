package dev.ckpt.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Decodes records and elements by the layout tables of SPEC.md. */
final class SpecDecoder {
  /** What does not follow the text. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String what) {
      super(what);
    }
  }

  private final SpecText spec;

  /** Types by objref, for references. */
  private final Map<Long, String> shared;

  private final String section;
  private final ByteBuffer in;

  /** Numbers that the text may name: fields, and n1, n2 and so on. */
  private final Map<String, Long> numbers = new HashMap<>();

  private int nrCounted;

  private SpecDecoder(SpecText spec, Map<Long, String> shared, String section, ByteBuffer in) {
    this.spec = spec;
    this.shared = shared;
    this.section = section;
    this.in = in;
  }

  /**
   * Fields by name: Long, byte[], UUID, Map, or a List of those; in is left behind the last one.
   */
  static Map<String, Object> decode(
      SpecText spec, Map<Long, String> shared, String section, String name, ByteBuffer in)
      throws Refused {
    return new SpecDecoder(spec, shared, section, in).fields(name);
  }

  private Map<String, Object> fields(String name) throws Refused {
    int start = in.position();
    Map<String, Object> values = new LinkedHashMap<>();
    for (String[] row : spec.table(section, name)) {
      if (row[3].isEmpty()) {
        break;
      }
      int at = in.position();
      values.put(row[4], value(row[3], row[4], row[5]));
      // Whoever computes places from the text has to find the fields there.
      if (sum(row[1]) != at - start || sum(row[2]) != in.position() - at) {
        throw new IllegalStateException("SPEC.md is wrong: " + String.join(" | ", row));
      }
    }
    return values;
  }

  private Object value(String type, String name, String valid) throws Refused {
    if (!type.matches("bytes|.* of .*")) {
      return checked(single(type), type, name, valid);
    }
    String[] part = type.split(" of ", 2);
    boolean counted = part.length == 1 || part[0].equals("list");
    long count = counted ? number("u32") : factor(part[0]);
    int start = in.position();
    Object value;
    if (!type.endsWith("objref")) {
      checked(count, type, name, valid);
    }
    if (part.length == 1) {
      value = bytes(count);
    } else {
      List<Object> list = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        list.add(type.endsWith("objref") ? value(part[1], "", valid) : single(part[1]));
      }
      value = list;
    }
    if (counted) {
      numbers.put("n" + ++nrCounted, (long) in.position() - start);
    }
    return value;
  }

  private Object single(String type) throws Refused {
    if (type.matches("[ui]\\d\\d.*")) {
      return number(type);
    } else if (type.equals("uuid")) {
      ByteBuffer uuid = ByteBuffer.wrap(bytes(2 * Long.BYTES));
      return new UUID(uuid.getLong(), uuid.getLong());
    } else if (type.equals("bytes")) {
      return bytes(number("u32"));
    }
    return type.endsWith(" bytes")
        ? bytes(SpecText.number(type.replace(" bytes", "")))
        : decode(spec, shared, section, type, in);
  }

  private long number(String type) {
    int nrBits = Integer.parseInt(type.substring(1, 3));
    long value = 0;
    for (int bit = 0; bit < nrBits; bit += Byte.SIZE) {
      value |= Byte.toUnsignedLong(in.get()) << bit;
    }
    int above = Long.SIZE - nrBits;
    return type.startsWith("i") ? value << above >> above : value;
  }

  private byte[] bytes(long length) throws Refused {
    if (length > in.remaining()) {
      throw new Refused("is cut");
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  private Object checked(Object value, String type, String name, String valid) throws Refused {
    if (value instanceof Long) {
      long number = (long) value;
      numbers.put(name, number);
      if (type.endsWith("objref")
          ? !SpecValid.refers(valid, number, shared)
          : !SpecValid.holds(valid, number, type.startsWith("i"), this::factor)) {
        throw new Refused(section + " " + name + " is " + number + ", not " + valid);
      }
    }
    return value;
  }

  /** Such as 12+2*n1. */
  private long sum(String text) {
    return Arrays.stream(text.split("\\+"))
        .mapToLong(
            t -> Arrays.stream(t.split("\\*")).mapToLong(this::factor).reduce(1, (a, b) -> a * b))
        .sum();
  }

  private long factor(String word) {
    Long known = numbers.get(word);
    return known == null ? SpecText.number(word) : known;
  }
}
