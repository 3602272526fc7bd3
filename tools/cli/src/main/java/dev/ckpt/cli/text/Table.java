package dev.ckpt.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Lines of text in columns that are as wide as their widest cell. */
public final class Table {
  private static final String GAP = "  ";

  private final boolean[] right;
  private final List<String[]> rows = new ArrayList<>();

  /**
   * Begins a table.
   *
   * @param headings one for each column; numbers stand right under a heading that begins with a
   *     {@code >}, which is not shown
   */
  public Table(String... headings) {
    right = new boolean[headings.length];
    String[] first = new String[headings.length];
    for (int i = 0; i < headings.length; i++) {
      right[i] = headings[i].startsWith(">");
      first[i] = right[i] ? headings[i].substring(1) : headings[i];
    }
    rows.add(first);
  }

  /** Adds a line: one cell for each column. */
  public Table row(Object... cells) {
    if (cells.length != right.length) {
      throw new IllegalArgumentException(cells.length + " cells for " + right.length + " columns");
    }
    String[] texts = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      texts[i] = Units.printable(cells[i].toString());
    }
    rows.add(texts);
    return this;
  }

  /** The lines, the headings first, without spaces at their ends. */
  public List<String> lines() {
    return lines(Layout.ofEverything(), "");
  }

  /**
   * The same, with something before each line, and with the cells of the last column cut so that
   * they fit.
   */
  public List<String> lines(Layout layout, String margin) {
    int[] widths = new int[right.length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    List<String> lines = new ArrayList<>(rows.size());
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder(margin);
      for (int i = 0; i < row.length; i++) {
        String padding = " ".repeat(widths[i] - row[i].length());
        line.append(i == 0 ? "" : GAP);
        String cell = i == row.length - 1 ? layout.fit(row[i], line.length()) : row[i];
        line.append(right[i] ? padding + cell : cell + padding);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
