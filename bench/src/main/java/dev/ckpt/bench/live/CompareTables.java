package dev.ckpt.bench.live;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The results as tables in Markdown. */
final class CompareTables {
  /** What the names of phases of a dump begin with among the results. */
  static final String DUMP = "dump: ";

  /** The same of a restore. */
  static final String RESTORE = "restore: ";

  private static final String LIBRARY = new LibraryTool().name();
  private static final String CRIU = "CRIU";
  private static final String PATIENT = "patient";

  private static final List<Metric> OF_DUMP =
      List.of(
          Metric.DUMP_WALL,
          Metric.FROZEN,
          Metric.GAP,
          Metric.DUMP_CPU,
          Metric.DUMP_ANON,
          Metric.DUMP_RSS,
          Metric.IMAGE);

  private static final List<Metric> OF_RESTORE =
      List.of(
          Metric.RESTORE_WALL,
          Metric.RESTORE_CPU,
          Metric.RESTORE_ANON,
          Metric.RESTORE_RSS,
          Metric.WAIT_ANON,
          Metric.WAIT_RSS);

  private final PrintStream out;
  private final List<String> ratios = new ArrayList<>();
  private final Aims aims = new Aims();

  CompareTables(PrintStream out) {
    this.out = out;
  }

  void machine(Machine machine, Options options, boolean criu) {
    machine.lines().forEach(line -> out.println("- " + line));
    out.println("- medians of " + options.runs() + " (smallest to largest)");
    if (!criu) {
      out.println("- without CRIU: the variable CRIU names none");
    }
  }

  void of(Case each, Results results, List<String> notes) {
    out.println("\n### " + each.title() + "\n");
    table(results, OF_DUMP);
    table(results, OF_RESTORE);
    notes.forEach(note -> out.println("NB: " + note + "\n"));
    ratios(each, results);
    aims.add(each, results);
    phases("dump", DUMP, results);
    phases("restore", RESTORE, results);
    out.flush();
  }

  private void table(Results results, List<Metric> metrics) {
    List<Metric> columns =
        metrics.stream()
            .filter(
                metric ->
                    results.who().stream().anyMatch(who -> results.median(who, metric).isPresent()))
            .toList();
    if (columns.isEmpty()) {
      return;
    }
    List<String> heads = columns.stream().map(Metric::title).toList();
    out.println("| | " + String.join(" | ", heads) + " |");
    out.println("|---|" + "---:|".repeat(heads.size()));
    for (String who : results.who()) {
      if (columns.stream().anyMatch(metric -> results.median(who, metric).isPresent())) {
        List<String> cells = columns.stream().map(metric -> cell(results, who, metric)).toList();
        out.println("| " + who + " | " + String.join(" | ", cells) + " |");
      }
    }
    out.println();
  }

  private static String cell(Results results, String who, Metric metric) {
    List<Long> values = results.sorted(who, metric.name());
    if (values.isEmpty()) {
      return "";
    }
    return metric.text(results.median(who, metric).orElseThrow())
        + " ("
        + metric.text(values.get(0))
        + " to "
        + metric.text(values.get(values.size() - 1))
        + ")";
  }

  /** Kept for one table at the end. */
  private void ratios(Case each, Results results) {
    for (String who : results.who()) {
      if (!who.startsWith("plain") && !who.equals(CRIU) && !who.contains(PATIENT)) {
        row(each, results, who, CRIU);
      }
    }
    for (String who : results.who()) {
      if (who.startsWith("plain")) {
        row(each, results, LIBRARY, who);
      }
    }
  }

  private void row(Case each, Results results, String who, String base) {
    if (results.what(base).isEmpty()) {
      return;
    }
    List<String> cells = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      Optional<Long> above = results.median(who, metric);
      Optional<Long> below = results.median(base, metric);
      boolean both = above.isPresent() && below.isPresent() && below.get() > 0;
      cells.add(both ? String.format(Locale.ROOT, "%.2f", (double) above.get() / below.get()) : "");
    }
    String shortBase = base.startsWith("plain") ? "plain" : base;
    ratios.add(
        "| "
            + each.name()
            + " | "
            + who
            + " / "
            + shortBase
            + " | "
            + String.join(" | ", cells)
            + " |");
  }

  private void phases(String what, String prefix, Results results) {
    List<String> who =
        results.who().stream()
            .filter(each -> results.what(each).stream().anyMatch(name -> name.startsWith(prefix)))
            .filter(each -> !each.contains(PATIENT))
            .toList();
    if (who.isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>();
    for (String each : who) {
      results.what(each).stream()
          .filter(name -> name.startsWith(prefix) && !names.contains(name))
          .forEach(names::add);
    }
    out.println("| phase of the " + what + ", ms | " + String.join(" | ", who) + " |");
    out.println("|---|" + "---:|".repeat(who.size()));
    for (String name : names) {
      List<String> cells =
          who.stream()
              .map(each -> results.median(each, name).map(Metric.DUMP_WALL::text).orElse(""))
              .toList();
      out.println(
          "| " + name.substring(prefix.length()) + " | " + String.join(" | ", cells) + " |");
    }
    out.println();
  }

  /** The ratios of all cases. */
  void end() {
    List<String> heads = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      heads.add(metric.title().replaceAll(" (ms|MiB)$", ""));
    }
    out.println("### Ratios\n");
    out.println("| case | of | " + String.join(" | ", heads) + " |");
    out.println("|---|---|" + "---:|".repeat(heads.size()));
    ratios.forEach(out::println);
    out.println("\n### Aims\n");
    out.println("| case | what | is | at most | |");
    out.println("|---|---|---:|---:|---|");
    aims.rows().forEach(out::println);
    out.flush();
  }
}
