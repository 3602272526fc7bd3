package dev.ckpt.core.proc;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Text of the form {@code Key:\tvalue}, one per line, each key once.
 *
 * <p>Each taken key is struck off, so that what remains are the lines nobody asked for.
 */
final class KeyedLines {
  private record Line(int number, String value) {}

  /** Reads one value; the cursor must be at its end afterwards. */
  interface Reader<T> {
    T read(TextCursor in) throws ProcFormatException;
  }

  private final String file;
  private final Map<String, Line> lines = new LinkedHashMap<>();

  private KeyedLines(String file) {
    this.file = file;
  }

  static KeyedLines parse(String file, byte[] text) throws ProcFormatException {
    KeyedLines keyed = new KeyedLines(file);
    TextCursor in = new TextCursor(file, text);
    for (int number = 1; !in.atEnd(); number++) {
      String line = new String(in.restOfLine(), StandardCharsets.ISO_8859_1);
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw new ProcFormatException(
            file, number, "want 'key: value', found " + ProcFormatException.quote(line));
      }
      String key = line.substring(0, colon);
      if (keyed.lines.put(key, new Line(number, line.substring(colon + 1))) != null) {
        throw new ProcFormatException(
            file, number, ProcFormatException.quote(key) + " stands there twice");
      }
    }
    return keyed;
  }

  /** The value behind a key that must be there, without the blanks around it. */
  <T> T value(String key, Reader<T> reader) throws ProcFormatException {
    Optional<T> value = optional(key, reader);
    if (value.isEmpty()) {
      throw new ProcFormatException(
          file, 1, "there is no line " + ProcFormatException.quote(key + ":"));
    }
    return value.get();
  }

  /** The value behind a key that not every kernel or task has. */
  <T> Optional<T> optional(String key, Reader<T> reader) throws ProcFormatException {
    Line line = lines.remove(key);
    if (line == null) {
      return Optional.empty();
    }
    byte[] value = stripBlanks(line.value).getBytes(StandardCharsets.ISO_8859_1);
    TextCursor in = new TextCursor(file, line.number, value);
    T result = reader.read(in);
    in.expectEnd();
    return Optional.of(result);
  }

  OptionalLong optionalLong(String key, Reader<Long> reader) throws ProcFormatException {
    Optional<Long> value = optional(key, reader);
    return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
  }

  OptionalInt optionalInt(String key, Reader<Integer> reader) throws ProcFormatException {
    Optional<Integer> value = optional(key, reader);
    return value.isPresent() ? OptionalInt.of(value.get()) : OptionalInt.empty();
  }

  /** The value as it stands behind the colon and one tab: for a name, whose blanks count. */
  byte[] verbatim(String key) throws ProcFormatException {
    Line line = lines.remove(key);
    if (line == null || !line.value.startsWith("\t")) {
      throw new ProcFormatException(
          file, line == null ? 1 : line.number, "want " + ProcFormatException.quote(key + ":\t"));
    }
    return line.value.substring(1).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** What nobody took, in the order of the file. */
  Map<String, String> rest() {
    Map<String, String> rest = new LinkedHashMap<>();
    lines.forEach((key, line) -> rest.put(key, stripBlanks(line.value)));
    return rest;
  }

  /** The key that starts like this and comes first, if nobody took it. */
  Optional<String> nextKey(String prefix) {
    return lines.keySet().stream().filter(key -> key.startsWith(prefix)).findFirst();
  }

  private static String stripBlanks(String value) {
    int start = 0;
    int end = value.length();
    while (start < end && isBlank(value.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(value.charAt(end - 1))) {
      end--;
    }
    return value.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
