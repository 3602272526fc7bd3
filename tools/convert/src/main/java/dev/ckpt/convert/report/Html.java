package dev.ckpt.convert.report;

import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes HTML that is well-formed XML too, so that any mistake is found by a parser. Tags and names
 * of attributes are constants of this package; all else is escaped, whoever it comes from.
 */
final class Html {
  private static final int BUFFER_CHARS = 1 << 15;

  private final OutputStream out;
  private final StringBuilder buffer = new StringBuilder(BUFFER_CHARS);

  Html(OutputStream out) {
    this.out = out;
  }

  /** Markup of our own. */
  Html raw(String markup) throws IOException {
    buffer.append(markup);
    if (buffer.length() >= BUFFER_CHARS) {
      flush();
    }
    return this;
  }

  /**
   * Begins an element.
   *
   * @param attributes names and values by turns
   */
  Html open(String tag, String... attributes) throws IOException {
    return begin(tag, attributes).raw(">");
  }

  /** An element without content, of SVG or one of those that never have any. */
  Html empty(String tag, String... attributes) throws IOException {
    return begin(tag, attributes).raw("/>");
  }

  private Html begin(String tag, String... attributes) throws IOException {
    buffer.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      buffer.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      buffer.append('"');
    }
    return this;
  }

  Html close(String tag) throws IOException {
    return raw("</" + tag + ">");
  }

  /** An element with text in it. */
  Html element(String tag, String text, String... attributes) throws IOException {
    return open(tag, attributes).text(text).close(tag);
  }

  /** Text. */
  Html text(String text) throws IOException {
    escape(text);
    return raw("");
  }

  private void escape(String text) {
    text.codePoints().forEach(this::escape);
  }

  private void escape(int c) {
    switch (c) {
      case '<' -> buffer.append("&lt;");
      case '>' -> buffer.append("&gt;");
      case '&' -> buffer.append("&amp;");
      case '"' -> buffer.append("&quot;");
      case '\'' -> buffer.append("&#39;");
      default -> {
        if (isPrintable(c)) {
          buffer.appendCodePoint(c);
        } else {
          buffer.append("\\u{").append(Integer.toHexString(c)).append('}');
        }
      }
    }
  }

  /** NB: others turn text around, or are nothing that XML may have. */
  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** What people read of the kernel's bytes. */
  static String text(ByteString bytes) {
    return bytes.utf8();
  }

  void flush() throws IOException {
    out.write(buffer.toString().getBytes(StandardCharsets.UTF_8));
    buffer.setLength(0);
  }
}
