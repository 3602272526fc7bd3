package dev.ckpt.convert.report;

import dev.ckpt.format.record.Statistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the time of the dump went: a bar for each phase, and the span in which the task stood. */
final class TimeFigure {
  private static final String PHASE = "phase.";
  private static final String NANOS = "Nanos";
  private static final String FROZEN = "frozenNanos";

  /** The phase at whose end the task runs again. */
  private static final String THAW = "thaw";

  /** More than any dump is long, so that no sum of hostile numbers overflows. */
  private static final long MAX_NANOS = 1L << 50;

  private static final int WIDTH = 1000;
  private static final int LABELS = 130;
  private static final int ROW = 24;
  private static final int BAR = 14;
  private static final int ABOVE = 26;

  private final Html html;

  /** A phase, and when it began. */
  private record Phase(String name, long from, long nanos) {}

  TimeFigure(Html html) {
    this.html = html;
  }

  /** How long the task was frozen, if the image says so. */
  static Optional<Long> frozenNanos(Optional<Statistics> statistics) {
    return statistics.flatMap(
        found ->
            found.entries().stream()
                .filter(entry -> entry.name().utf8().equals(FROZEN))
                .map(entry -> bounded(entry.value()))
                .findFirst());
  }

  private static long bounded(long nanos) {
    return Math.max(0, Math.min(nanos, MAX_NANOS));
  }

  void put(Optional<Statistics> statistics) throws IOException {
    List<Phase> phases = phases(statistics);
    html.open("section", "id", "time").element("h2", "Timeline of the dump");
    if (phases.isEmpty()) {
      html.element("p", "The image does not say what the dump cost.", "class", "sub");
    } else {
      putFigure(phases, frozenNanos(statistics));
    }
    html.close("section");
  }

  private static List<Phase> phases(Optional<Statistics> statistics) {
    List<Phase> phases = new ArrayList<>();
    long from = 0;
    for (Statistics.Entry entry : statistics.map(Statistics::entries).orElse(List.of())) {
      String name = entry.name().utf8();
      if (name.startsWith(PHASE) && name.endsWith(NANOS)) {
        int end = Math.max(PHASE.length(), name.length() - NANOS.length());
        String shown = name.substring(PHASE.length(), end);
        phases.add(new Phase(shown, from, bounded(entry.value())));
        from += bounded(entry.value());
      }
    }
    return phases;
  }

  private void putFigure(List<Phase> phases, Optional<Long> frozen) throws IOException {
    Phase last = phases.get(phases.size() - 1);
    double scale = (double) (WIDTH - LABELS) / Math.max(1, last.from() + last.nanos());
    int height = ABOVE + phases.size() * ROW;
    html.element(
        "p",
        "From the first look at the process to the last record of the image: "
            + Numbers.time(last.from() + last.nanos())
            + ". The shaded span is the one in which the process stood.",
        "class",
        "sub");
    html.open(
        "svg",
        "viewBox",
        "0 0 " + WIDTH + " " + height,
        "role",
        "img",
        "aria-label",
        "Phases of the dump, one below the other");
    if (frozen.isPresent()) {
      Phase thaw =
          phases.stream().filter(phase -> phase.name().equals(THAW)).findFirst().orElse(last);
      putFrozen(frozen.get(), thaw.from() + thaw.nanos(), scale, height);
    }
    for (int i = 0; i < phases.size(); i++) {
      putPhase(phases.get(i), scale, ABOVE + i * ROW);
    }
    html.close("svg");
  }

  private void putFrozen(long nanos, long until, double scale, int height) throws IOException {
    double x = LABELS + Math.max(0, until - nanos) * scale;
    double end = LABELS + until * scale;
    html.empty(
        "rect",
        "class",
        "frozen",
        "x",
        Numbers.length(x),
        "y",
        "0",
        "width",
        Numbers.length(Math.max(1, end - x)),
        "height",
        Integer.toString(height));
    boolean left = x > WIDTH / 2.0;
    html.element(
        "text",
        "frozen " + Numbers.time(nanos),
        "class",
        "strong",
        "x",
        Numbers.length(left ? x - 6 : x + 4),
        "y",
        "16",
        "text-anchor",
        left ? "end" : "start");
  }

  private void putPhase(Phase phase, double scale, int y) throws IOException {
    double x = LABELS + phase.from() * scale;
    double width = Math.max(1, phase.nanos() * scale);
    boolean left = x + width > WIDTH - LABELS;
    String baseline = Integer.toString(y + BAR - 2);
    html.element("text", phase.name(), "x", "0", "y", baseline);
    html.empty(
        "rect",
        "class",
        "phase",
        "x",
        Numbers.length(x),
        "y",
        Integer.toString(y),
        "width",
        Numbers.length(width),
        "height",
        Integer.toString(BAR),
        "rx",
        "2");
    html.element(
        "text",
        Numbers.time(phase.nanos()),
        "class",
        "number",
        "x",
        Numbers.length(left ? x - 6 : x + width + 6),
        "y",
        baseline,
        "text-anchor",
        left ? "end" : "start");
  }
}
