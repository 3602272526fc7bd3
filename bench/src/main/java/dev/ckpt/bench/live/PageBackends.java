package dev.ckpt.bench.live;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.image.ImageFileOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The ways to read pages, and to fill them, side by side: a task of random bytes is dumped by each
 * in turn, and comes back by each.
 *
 * <p>Usage: {@code bench/backends [--runs N] [--mib A,B,...]}.
 */
public final class PageBackends {
  private static final int WARM_UP_RUNS = 150;
  private static final int WARM_UP_MIB = 8;
  private static final double MILLION = 1e6;
  private static final String FROZEN = "frozen";
  private static final String RATIO = "of the first one's frozen time";

  private final Options options;
  private final Workshop workshop;
  private final List<String> backends =
      Backends.pageReaders().stream().map(PageReader.Provider::name).toList();

  private PageBackends(Options options, Workshop workshop) {
    this.options = options;
    this.workshop = workshop;
  }

  /** Runs it and prints the tables. */
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    try (Workshop workshop = Workshop.open(options.folder(), options.sources())) {
      new PageBackends(options, workshop).run();
    }
  }

  private void run() throws IOException {
    Machine.of(options.folder()).lines().forEach(line -> System.out.println("- " + line));
    System.out.println(
        "- medians of " + options.runs() + "; milliseconds unless it says otherwise");
    dumps(WARM_UP_MIB, WARM_UP_RUNS);
    for (long mib : options.mib()) {
      System.err.println("bench: " + mib + " MiB");
      List<Figures> columns = dumps(mib, options.runs());
      for (Figures each : columns) {
        each.add(RATIO, each.median(FROZEN) / columns.get(0).median(FROZEN));
      }
      System.out.println("\n### " + mib + " MiB\n");
      Figures.table(backends, columns);
    }
    PageFillers fillers = new PageFillers(workshop);
    fillers.restores(WARM_UP_MIB, WARM_UP_RUNS / 3);
    for (long mib : options.mib()) {
      System.err.println("bench: " + mib + " MiB, back");
      System.out.println("\n### " + mib + " MiB, back\n");
      fillers.restores(mib, options.runs()).print();
    }
  }

  /** One column for each backend. */
  private List<Figures> dumps(long mib, int runs) throws IOException {
    List<Figures> columns = new ArrayList<>();
    backends.forEach(each -> columns.add(new Figures()));
    try (Target target = Target.ticking(workshop, mib)) {
      for (int run = 0; run < runs; run++) {
        for (int i = 0; i < columns.size(); i++) {
          dump(target, backends.get(i), columns.get(i));
        }
      }
    }
    return columns;
  }

  private void dump(Target target, String backend, Figures figures) throws IOException {
    Path file = workshop.file("image");
    target.forgetGaps();
    CheckpointOptions dump =
        CheckpointOptions.of(target.pid()).withSync(false).withBackend(backend);
    CheckpointResult result;
    try (ImageFileOutput output = ImageFileOutput.create(file, true)) {
      result = Checkpoint.dump(dump, output);
    }
    figures.add(FROZEN, result.frozenNanos() / MILLION);
    figures.add("of that, reading pages", result.phases().get("pages") / MILLION);
    figures.add("the task's largest gap", target.largestGap().orElseThrow() / MILLION);
    figures.add("took", result.wallNanos() / MILLION);
    Files.delete(file);
  }
}
