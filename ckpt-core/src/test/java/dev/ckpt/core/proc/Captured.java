package dev.ckpt.core.proc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Text that /proc once gave, and what the program itself and ps(1) said of the same task. */
final class Captured {
  /** Files already read, for who reads one many times. */
  static final Map<String, byte[]> CACHE = new LinkedHashMap<>();

  private Captured() {}

  static byte[] bytes(String name) {
    try (InputStream in = Captured.class.getResourceAsStream("/proc/" + name)) {
      if (in == null) {
        throw new AssertionError("no resource proc/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String name) {
    return new String(bytes(name), ISO_8859_1);
  }

  /** The lines {@code key=value} of a file. */
  static Map<String, String> answers(String name) {
    Map<String, String> answers = new LinkedHashMap<>();
    text(name)
        .lines()
        .forEach(
            line ->
                answers.put(
                    line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
    return answers;
  }

  /** Bytes from chars below 256, so that a test can write any byte as an escape. */
  static byte[] latin1(String text) {
    return text.getBytes(ISO_8859_1);
  }

  static ByteString name(String text) {
    return ByteString.of(latin1(text));
  }
}
