package dev.ckpt.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of SPEC.md by section and name, and its numbers. */
final class SpecText {
  private static final Pattern HEADING = Pattern.compile("#+ (\\w+).*");
  private static final Pattern NAME =
      Pattern.compile("(?:Element `)?(\\w+|Object header)(?:`.*|, .*)?:");

  private final Map<String, List<String[]>> tables = new HashMap<>();

  SpecText(String text) {
    String section = "";
    String table = "";
    for (String line : text.split("\n")) {
      Matcher heading = HEADING.matcher(line);
      Matcher name = NAME.matcher(line);
      if (heading.matches()) {
        section = heading.group(1);
        table = section;
      } else if (name.matches()) {
        table = section + "/" + name.group(1);
      } else if (line.startsWith("|-")) {
        tables.put(table, new ArrayList<>()); // without the names of the columns
      } else if (line.startsWith("|")) {
        tables.computeIfAbsent(table, t -> new ArrayList<>()).add(line.split(" *\\| *", -1));
      } else if (tables.containsKey(table)) {
        table = ""; // only the first table below a name or heading is asked for
      }
    }
  }

  /** The rows of a record, or of an element that is used in a section; each begins with no cell. */
  List<String[]> table(String section, String name) {
    List<String[]> rows = tables.get(section.equals(name) ? name : section + "/" + name);
    rows = rows == null ? tables.get("PAGE_ARRAY/" + name) : rows;
    rows = rows == null ? tables.get("Elements/" + name) : rows;
    if (rows == null) {
      throw new IllegalStateException("SPEC.md has no table of " + section + " " + name);
    }
    return rows;
  }

  /** A number as the text writes it: decimal, 2^N or 2^N-1. */
  static long number(String text) {
    if (!text.startsWith("2^")) {
      return Long.parseLong(text);
    }
    String[] part = text.substring(2).split("-", 2);
    long power = part[0].equals("64") ? 0 : 1L << Integer.parseInt(part[0]);
    return power - (part.length == 2 ? number(part[1]) : 0);
  }
}
