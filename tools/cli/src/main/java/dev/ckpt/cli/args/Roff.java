package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Text in the language of man pages.
 *
 * <p>Source: man(7), and groff_char(7) for the characters that mean something else in it.
 */
final class Roff {
  private static final Pattern LINE = Pattern.compile("(.{1,76}|\\S+)(?: +|$)");
  private static final String HEADING = "# ";
  private static final String VERBATIM = "    ";
  private static final String TERM = " :: ";

  private final List<String> lines = new ArrayList<>();

  /** Adds a line as it is. */
  void line(String line) {
    lines.add(line);
  }

  void section(String name) {
    lines.add(".SH " + name);
  }

  /** Adds a term that is typeset already, and what it means. */
  void item(String term, String text) {
    lines.add(".TP");
    lines.add(term);
    fill(text);
  }

  void paragraph(String text) {
    gap();
    fill(text);
  }

  /** Begins a paragraph; behind a heading one has begun. */
  private void gap() {
    if (!lines.get(lines.size() - 1).startsWith(".SH ")) {
      lines.add(".PP");
    }
  }

  /**
   * Adds a text: paragraphs with empty lines between them; one that begins with {@code # } is a
   * heading, {@code term :: text} defines a term, lines with four spaces before them are shown as
   * they are, and what is typed stands in backquotes.
   */
  void text(String source) {
    for (String block : source.strip().split("\n\n+")) {
      int term = block.indexOf(TERM);
      if (block.startsWith(HEADING)) {
        section(block.substring(HEADING.length()));
      } else if (block.startsWith(VERBATIM)) {
        verbatim(block);
      } else if (term >= 0) {
        item(typeset(block.substring(0, term)), block.substring(term + TERM.length()));
      } else if (!block.isEmpty()) {
        paragraph(block);
      }
    }
  }

  private void verbatim(String block) {
    gap();
    lines.addAll(List.of(".RS 4", ".nf"));
    block.lines().forEach(line -> lines.add(code(line.substring(VERBATIM.length()))));
    lines.addAll(List.of(".fi", ".RE"));
  }

  private void fill(String text) {
    for (String line :
        LINE.matcher(typeset(text.replace('\n', ' '))).replaceAll("$1\n").split("\n")) {
      // A line that begins so would be a request.
      lines.add(line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line);
    }
  }

  /** Running text, what is between backquotes in bold. */
  private static String typeset(String text) {
    StringBuilder typeset = new StringBuilder();
    String[] parts = text.split("`", -1);
    for (int i = 0; i < parts.length; i++) {
      typeset.append(i % 2 == 0 ? plain(parts[i]) : typed(parts[i]));
    }
    return typeset.toString();
  }

  /** What is typed; of the name of another page the number is not. */
  private static String typed(String text) {
    int section = text.endsWith(")") ? text.lastIndexOf('(') : -1;
    return section < 0 ? bold(text) : bold(text.substring(0, section)) + text.substring(section);
  }

  static String bold(String text) {
    return "\\fB" + code(text) + "\\fR";
  }

  static String italic(String text) {
    return "\\fI" + code(text) + "\\fR";
  }

  /** Characters that must come out as they are. */
  static String code(String text) {
    return plain(text).replace("'", "\\(aq").replace("~", "\\(ti").replace("^", "\\(ha");
  }

  static String plain(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-");
  }

  @Override
  public String toString() {
    return String.join("\n", lines) + "\n";
  }
}
