package dev.ckpt.bench.live;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measured values by what they are of. */
final class Figures {
  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  void add(String name, double value) {
    values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
  }

  double median(String name) {
    List<Double> sorted = new ArrayList<>(values.get(name));
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  /**
   * Prints medians in Markdown, a row for each name.
   *
   * @param columns with the same names all
   */
  static void table(List<String> headings, List<Figures> columns) {
    StringBuilder head = new StringBuilder("| |");
    StringBuilder line = new StringBuilder("|---|");
    for (String heading : headings) {
      head.append(" ").append(heading).append(" |");
      line.append("---:|");
    }
    System.out.println(head + "\n" + line);
    for (String name : columns.get(0).values.keySet()) {
      StringBuilder row = new StringBuilder("| " + name + " |");
      for (Figures each : columns) {
        row.append(String.format(Locale.ROOT, " %.2f |", each.median(name)));
      }
      System.out.println(row);
    }
  }
}
