package dev.ckpt.bench.live;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What we aim at, and whether it holds, as far as it was measured. */
final class Aims {
  private static final String LIBRARY = "ckpt, warm JVM";
  private static final String COMMAND = "ckpt command";
  private static final String PATIENT = "ckpt command, patient";
  private static final String CRIU = "CRIU";
  private static final String SMALL = "8M";
  private static final String LARGE = "1024M";
  private static final String LARGEST = "4096M";
  private static final double MIB = 1 << 20;
  private static final double MILLI = 1e6;

  private final Map<String, Results> cases = new LinkedHashMap<>();
  private final List<String> rows = new ArrayList<>();

  void add(Case each, Results results) {
    cases.put(each.name(), results);
  }

  /** One row for each aim that was measured. */
  List<String> rows() {
    for (String name : cases.keySet()) {
      ratio(name, "frozen / CRIU", LIBRARY, Metric.FROZEN, CRIU, 0.5);
      ratio(name, "frozen / CRIU, command", COMMAND, Metric.FROZEN, CRIU, 0.5);
      ratio(name, "gap / CRIU", LIBRARY, Metric.GAP, CRIU, 0.5);
      ratio(name, "dump / CRIU", LIBRARY, Metric.DUMP_WALL, CRIU, 0.5);
      if (!name.equals(SMALL)) {
        // 0.8 of its speed.
        ratio(name, "dump / plain write", LIBRARY, Metric.DUMP_WALL, plain(name), 1.25);
      }
    }
    ratio(LARGE, "restore / CRIU", LIBRARY, Metric.RESTORE_WALL, CRIU, 0.3);
    value(SMALL, "warm dump, ms", LIBRARY, Metric.DUMP_WALL, MILLI, 10);
    value(SMALL, "warm restore, ms", LIBRARY, Metric.RESTORE_WALL, MILLI, 8);
    difference("dump: command above warm, ms", Metric.DUMP_WALL);
    difference("restore: command above warm, ms", Metric.RESTORE_WALL);
    value(LARGEST, "anonymous memory, MiB", COMMAND, Metric.DUMP_ANON, MIB, 200);
    Optional<Long> large = median(LARGEST, COMMAND, Metric.DUMP_ANON);
    Optional<Long> small = median("64M", COMMAND, Metric.DUMP_ANON);
    if (large.isPresent() && small.isPresent()) {
      row("4096M, 64M", "its ratio", (double) large.get() / small.get(), 1.1);
    }
    value(LARGEST, "restore that waits, MiB", PATIENT, Metric.WAIT_ANON, MIB, 60);
    return rows;
  }

  private String plain(String name) {
    return cases.get(name).who().stream()
        .filter(who -> who.startsWith("plain"))
        .findFirst()
        .orElse("");
  }

  private Optional<Long> median(String name, String who, Metric metric) {
    return Optional.ofNullable(cases.get(name)).flatMap(of -> of.median(who, metric));
  }

  private void ratio(
      String name, String what, String who, Metric metric, String base, double most) {
    Optional<Long> above = median(name, who, metric);
    Optional<Long> below = median(name, base, metric);
    if (above.isPresent() && below.isPresent()) {
      row(name, what, (double) above.get() / below.get(), most);
    }
  }

  private void value(
      String name, String what, String who, Metric metric, double unit, double most) {
    median(name, who, metric).ifPresent(value -> row(name, what, value / unit, most));
  }

  private void difference(String what, Metric metric) {
    Optional<Long> cold = median(SMALL, COMMAND, metric);
    Optional<Long> warm = median(SMALL, LIBRARY, metric);
    if (cold.isPresent() && warm.isPresent()) {
      row(SMALL, what, (cold.get() - warm.get()) / MILLI, 100);
    }
  }

  private void row(String name, String what, double value, double most) {
    rows.add(
        String.format(
            Locale.ROOT,
            "| %s | %s | %.2f | %s | %s |",
            name,
            what,
            value,
            Double.toString(most).replaceAll("\\.0$", ""),
            value <= most ? "holds" : "no"));
  }
}
