package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;

/** What {@code --help} shows, in lines of at most 80 columns. */
public final class HelpText {
  private static final int COLUMNS = 80;
  private static final String INDENT = "  ";
  private static final String NO_LETTER = "    ";
  private static final int WIDEST_NAME = 22;

  private final List<String> lines = new ArrayList<>();

  /** One row of a list: what to type, and what that means. */
  private record Row(String name, String text) {}

  private HelpText() {}

  /** The help of one command. */
  public static List<String> of(String program, Syntax syntax) {
    HelpText help = new HelpText();
    help.paragraph(syntax.header());
    help.lines.add("");
    help.lines.add("Usage: " + program + " " + syntax.usage());
    if (!syntax.description().isEmpty()) {
      help.lines.add("");
      help.paragraph(syntax.description());
    }
    help.lines.add("");
    List<Row> rows = new ArrayList<>();
    for (Parameter parameter : syntax.parameters()) {
      rows.add(new Row(NO_LETTER + parameter.label(), parameter.text()));
    }
    for (Option option : syntax.options()) {
      String letter = option.letter().isEmpty() ? NO_LETTER : option.letter() + ", ";
      rows.add(new Row(letter + option.withLabel(), option.text()));
    }
    help.rows(rows);
    help.examples(syntax.examples());
    return help.lines;
  }

  /** The help of the whole program. */
  public static List<String> ofAll(Program program) {
    Syntax top = program.top();
    HelpText help = new HelpText();
    help.paragraph(top.header());
    help.lines.add("");
    help.lines.add("Usage: " + top.name() + " COMMAND [ARGUMENTS]");
    help.lines.add("");
    List<Row> rows = new ArrayList<>();
    program.commands().forEach(command -> rows.add(new Row(command.name(), command.header())));
    help.rows(rows);
    help.lines.add("");
    rows.clear();
    for (Option option : top.options()) {
      rows.add(new Row(option.letter() + ", " + option.name(), option.text()));
    }
    help.rows(rows);
    for (String note : program.notes()) {
      help.lines.add("");
      help.paragraph(note);
    }
    help.examples(top.examples());
    return help.lines;
  }

  private void paragraph(String text) {
    lines.addAll(TextWrap.lines(text, COLUMNS));
  }

  private void rows(List<Row> rows) {
    int width =
        rows.stream()
            .mapToInt(row -> row.name().length())
            .filter(n -> n <= WIDEST_NAME)
            .max()
            .orElse(0);
    String margin = " ".repeat(INDENT.length() + width + INDENT.length());
    for (Row row : rows) {
      String name = INDENT + row.name();
      List<String> texts = TextWrap.lines(row.text(), COLUMNS - margin.length());
      int first = 0;
      if (row.name().length() <= width) {
        name += margin.substring(name.length()) + texts.get(0);
        first = 1;
      }
      lines.add(name);
      texts.subList(first, texts.size()).forEach(text -> lines.add(margin + text));
    }
  }

  private void examples(List<String> examples) {
    lines.add("");
    lines.add(examples.size() == 1 ? "Example:" : "Examples:");
    examples.forEach(example -> lines.add(INDENT + example));
  }
}
