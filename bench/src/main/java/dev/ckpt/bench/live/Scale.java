package dev.ckpt.bench.live;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Whether the cost of a dump and a restore grows with what there is: tasks with much of one thing,
 * each at four sizes, by the library in a warm JVM. What a task without it costs is taken off; then
 * the cost of one thing more must be the same at each size, and that of a larger reserve nothing.
 *
 * <p>Usage: {@code bench/scale [--runs N] [--cases KIND,...]}.
 */
public final class Scale {
  private static final int STEPS = 4;
  private static final int WARM_UP_RUNS = 20;
  private static final List<Metric> METRICS =
      List.of(Metric.DUMP_WALL, Metric.FROZEN, Metric.RESTORE_WALL);

  /** Up to here the cost of one thing may differ between sizes and still be called linear. */
  private static final double LINEAR = 2;

  private final Options options;
  private final Workshop workshop;
  private final LibraryTool library = new LibraryTool();

  /** What a task has much of, and how many at most. */
  private record Kind(String name, String thing, int most, boolean isSize) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("vmas", "mappings", 60_000, false),
          new Kind("threads", "threads", 2_000, false),
          new Kind("fds", "descriptors", 10_000, false),
          new Kind("reserve", "GiB without rights", 1024, true),
          new Kind("sparse", "GiB, 64 pages touched", 1024, true));

  private Scale(Options options, Workshop workshop) {
    this.options = options;
    this.workshop = workshop;
  }

  /** Runs it and prints the tables. */
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    options.requireKnown(KINDS.stream().map(Kind::name).toList());
    try (Workshop workshop = Workshop.open(options.folder(), options.sources())) {
      new Scale(options, workshop).run();
    }
  }

  private void run() throws IOException {
    Machine.of(options.folder()).lines().forEach(line -> System.out.println("- " + line));
    System.out.println("- medians of " + options.runs());
    for (int i = 0; i < WARM_UP_RUNS; i++) {
      one("threads", 1, new Results());
    }
    Results base = new Results();
    for (int i = 0; i < options.runs(); i++) {
      one("threads", 1, base);
    }
    for (Kind kind : KINDS) {
      if (options.isChosen(kind.name())) {
        measure(kind, base);
      }
    }
  }

  private void measure(Kind kind, Results base) throws IOException {
    System.out.println("\n### " + kind.name() + "\n");
    System.out.println(
        "| "
            + kind.thing()
            + " | dump ms | frozen ms | restore ms |"
            + " dump us each | frozen us each | restore us each |");
    System.out.println("|---:|---:|---:|---:|---:|---:|---:|");
    List<List<Double>> each = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int step = STEPS - 1; step >= 0; step--) {
      int number = kind.most() >> step;
      System.err.println("bench: " + number + " " + kind.name());
      Results results = new Results();
      for (int i = 0; i < options.runs(); i++) {
        one(kind.name(), number, results);
      }
      row(kind, number, results, base, each);
    }
    verdict(kind, each);
  }

  private static void row(
      Kind kind, int number, Results results, Results base, List<List<Double>> each) {
    StringBuilder line = new StringBuilder("| " + number);
    for (Metric metric : METRICS) {
      line.append(" | ").append(metric.text(median(results, metric)));
    }
    for (int i = 0; i < METRICS.size(); i++) {
      long all = median(results, METRICS.get(i));
      double one = (double) (all - median(base, METRICS.get(i))) / number;
      each.get(i).add(kind.isSize() ? all : one);
      // What a reserve costs is not by the GiB.
      line.append(kind.isSize() ? " | " : String.format(Locale.ROOT, " | %.2f", one / 1000));
    }
    System.out.println(line + " |");
  }

  private static long median(Results results, Metric metric) {
    String who = results.who().get(0);
    return results.median(who, metric).orElseThrow();
  }

  private static void verdict(Kind kind, List<List<Double>> each) {
    StringBuilder line = new StringBuilder("\n");
    for (int i = 0; i < METRICS.size(); i++) {
      String what = METRICS.get(i).title().replace(" ms", "");
      double first = each.get(i).get(0);
      double last = each.get(i).get(STEPS - 1);
      double ratio = Collections.max(each.get(i)) / Collections.min(each.get(i));
      String verdict;
      if (kind.isSize()) {
        verdict = String.format(Locale.ROOT, "8 times the size costs %.1f times", last / first);
      } else {
        boolean linear = last <= LINEAR * first;
        verdict =
            String.format(
                Locale.ROOT,
                "%s (largest / smallest cost of one: %.2f)",
                linear ? "linear" : "NOT linear",
                ratio);
      }
      line.append("- ").append(what).append(": ").append(verdict).append('\n');
    }
    System.out.print(line);
  }

  private void one(String kind, int number, Results results) throws IOException {
    Path image = workshop.file("image");
    try (Target target = start(kind, number)) {
      results.addAll(library, library.dump(target.pid(), image));
      target.end();
      workshop.restored(target.pid());
      results.addAll(library, library.restore(target.pid(), image));
      target.requireRunning();
    } finally {
      Workshop.delete(image);
    }
  }

  @MustBeClosed
  private Target start(String kind, int number) throws IOException {
    Path ready = workshop.file("ready");
    Files.deleteIfExists(ready);
    int pid =
        workshop.start(
            List.of(
                workshop.program("scale").toString(),
                kind,
                Integer.toString(number),
                ready.toString()));
    workshop.await(number + " " + kind, () -> Files.exists(ready));
    return Target.plain(workshop, pid);
  }
}
