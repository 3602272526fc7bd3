package dev.ckpt.convert.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Bytes as text and back, without loss or not at all. */
final class Utf8 {
  private Utf8() {}

  /** The text whose UTF-8 these bytes are, if all of it can be seen: newlines and tabs count. */
  static Optional<String> printable(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.codePoints().allMatch(Utf8::isPrintable) ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      // That is the answer: it is no text.
      return Optional.empty();
    }
  }

  /** NB: what turns the direction of a line, and the like, must not hide in it. */
  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL -> c == '\n' || c == '\t';
      case Character.FORMAT,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The UTF-8 of a text; none has half a surrogate pair, which JSON can spell. */
  static Optional<byte[]> bytes(String text) {
    try {
      ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[utf8.remaining()];
      utf8.get(bytes);
      return Optional.of(bytes);
    } catch (CharacterCodingException e) {
      // That is the answer: it is no text.
      return Optional.empty();
    }
  }
}
