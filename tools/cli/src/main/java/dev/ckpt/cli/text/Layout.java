package dev.ckpt.cli.text;

import java.util.Map;

/**
 * How much to show of long things, and how to set it off.
 *
 * @param columns lines are kept within these as far as they can be
 * @param all whether to show all of a list, and names as they are
 * @param bold whether headings are set off
 */
public record Layout(int columns, boolean all, boolean bold) {
  private static final int USUAL_COLUMNS = 80;
  private static final int LEAST_COLUMNS = 40;
  private static final String BEGIN_BOLD = "\u001b[1m";
  private static final String END_BOLD = "\u001b[0m";

  /** For a pipe, a file, or whoever wants to see everything. */
  public static Layout ofEverything() {
    return new Layout(Integer.MAX_VALUE, true, false);
  }

  /**
   * For a terminal.
   *
   * @param environment whose COLUMNS, TERM and NO_COLOR are looked at
   */
  public static Layout ofTerminal(Map<String, String> environment) {
    String term = environment.getOrDefault("TERM", "");
    boolean bold = !term.isEmpty() && !term.equals("dumb") && !environment.containsKey("NO_COLOR");
    return new Layout(columns(environment.getOrDefault("COLUMNS", "")), false, bold);
  }

  private static int columns(String text) {
    try {
      return Math.max(LEAST_COLUMNS, Integer.parseInt(text));
    } catch (NumberFormatException e) {
      // Shells set it for themselves only, so it is not there most of the time.
      return USUAL_COLUMNS;
    }
  }

  /** The same with everything. */
  public Layout withAll() {
    return new Layout(Integer.MAX_VALUE, true, bold);
  }

  /** A heading. */
  public String heading(String text) {
    return bold ? BEGIN_BOLD + text + END_BOLD : text;
  }

  /** A name with so many columns before it. */
  public String fit(String name, int before) {
    return all ? name : Names.fit(name, Math.max(columns - before, LEAST_COLUMNS / 2));
  }
}
