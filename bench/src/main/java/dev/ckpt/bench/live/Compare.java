package dev.ckpt.bench.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Dumps and restores tasks by the library in a warm JVM, by the command and, if the variable CRIU
 * names it, by CRIU, in turns, and writes what it cost as tables.
 *
 * <p>Each single run has a task of its own: dumped while it runs on, ended, restored, ended. So
 * nobody's restore is measured by the next dump. Usage: see {@link Options}.
 */
public final class Compare {
  private static final int WARM_UP_RUNS = 200;
  private static final int WARM_UP_MIB = 8;
  private static final long SPARE_BYTES = 2L << 30;
  private static final long SMALL_BYTES = 128L << 20;
  private static final int TIMES_THE_TASK = 3;

  private final Options options;
  private final Workshop workshop;
  private final LibraryTool library = new LibraryTool();
  private final List<String> notes = new ArrayList<>();

  private Compare(Options options, Workshop workshop) {
    this.options = options;
    this.workshop = workshop;
  }

  /** Runs it and prints the tables. */
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    options.requireKnown(cases(options).stream().map(Case::name).toList());
    try (Workshop workshop = Workshop.open(options.folder(), options.sources())) {
      new Compare(options, workshop).run();
    }
  }

  private void run() throws IOException {
    // It may have to be built first.
    workshop.run(options.ckpt(), "--version");
    Machine machine = Machine.of(options.folder());
    List<String> json = new ArrayList<>();
    CompareTables tables = new CompareTables(System.out);
    tables.machine(machine, options, criu().isPresent());
    warmUp();
    for (Case each : cases(options).stream().filter(one -> options.isChosen(one.name())).toList()) {
      notes.clear();
      Results results = measure(each);
      tables.of(each, results, notes);
      json.add(Json.of(each.name(), results));
    }
    tables.end();
    if (options.json().isPresent()) {
      Files.writeString(
          options.json().get(), Json.object(machine.lines(), String.join(",\n", json)));
    }
  }

  private static List<Case> cases(Options options) {
    return Stream.concat(options.mib().stream().map(Case::ofMib), RealPrograms.all().stream())
        .toList();
  }

  private Optional<String> criu() {
    return Optional.ofNullable(System.getenv("CRIU")).filter(name -> !name.isEmpty());
  }

  /** Until the JVM has compiled what it will compile. */
  private void warmUp() throws IOException {
    Results nowhere = new Results();
    for (int i = 0; i < WARM_UP_RUNS; i++) {
      one(Case.ofMib(WARM_UP_MIB), library, nowhere);
    }
  }

  private Results measure(Case each) throws IOException {
    progress(each.name() + ": preparing");
    touch(TIMES_THE_TASK * each.lenBytes() + SPARE_BYTES);
    List<Tool> tools = new ArrayList<>();
    tools.add(library);
    tools.add(new CommandTool(workshop, options.ckpt()));
    criu().ifPresent(command -> tools.add(new CriuTool(workshop, command)));
    tools.add(new PatientTool(workshop, options.ckpt()));
    Optional<PlainIo> plain = Optional.empty();
    if (each.lenBytes() > 0) {
      plain = Optional.of(PlainIo.find(workshop, each.lenBytes()));
    }
    Results results = new Results();
    // The first round fills caches and counts for nothing.
    for (int round = -1; round < options.runs(); round++) {
      progress(each.name() + ": round " + (round + 1) + " of " + options.runs());
      Results into = round < 0 ? new Results() : results;
      // Tools are measured in turns, and nobody is always the first.
      Collections.rotate(tools, 1);
      for (Tool tool : List.copyOf(tools)) {
        tryOne(each, tool, into, tools);
      }
      if (plain.isPresent()) {
        plain.get().measure(into);
      }
    }
    return results;
  }

  private void touch(long lenBytes) throws IOException {
    PlainIo.touch(workshop, Math.min(lenBytes, Machine.availableBytes() - SPARE_BYTES));
  }

  private static void progress(String what) {
    System.err.println("bench: " + what);
  }

  /** A tool that fails is told of, and tried no more in this case. */
  private void tryOne(Case each, Tool tool, Results results, List<Tool> tools) throws IOException {
    try {
      one(each, tool, results);
    } catch (IOException e) {
      if (workshop.isClosing()) {
        throw e;
      }
      tools.remove(tool);
      notes.add(tool.name() + " failed: " + e.getMessage());
    }
  }

  private void one(Case each, Tool tool, Results results) throws IOException {
    Path image = workshop.file("image");
    Results found = new Results();
    try {
      try (Target target = each.starter().start(workshop)) {
        // The host may have taken memory back that was free for some seconds.
        touch(each.lenBytes() + SMALL_BYTES);
        dumpAndRestore(target, tool, image, found);
      }
      tool.over();
    } finally {
      Workshop.delete(image);
    }
    // Only what went through to its end counts.
    results.addAll(found);
  }

  private void dumpAndRestore(Target target, Tool tool, Path image, Results results)
      throws IOException {
    // What others wrote must not be written to the disk meanwhile.
    workshop.run("sync", "-f", workshop.file(".").toString());
    long cpuNanos = target.cpuNanos();
    target.forgetGaps();
    Tool.Cost dump = tool.dump(target.pid(), image);
    Optional<Long> gap = target.largestGap();
    add(tool, results, dump, Metric.DUMP_CPU, target.cpuNanos() - cpuNanos);
    gap.ifPresent(nanos -> results.add(tool.name(), Metric.GAP, nanos));
    phases(tool, results, CompareTables.DUMP, dump);
    target.requireRunning();
    target.end();
    workshop.restored(target.pid());
    Tool.Cost restore = tool.restore(target.pid(), image);
    add(tool, results, restore, Metric.RESTORE_CPU, target.cpuNanos());
    phases(tool, results, CompareTables.RESTORE, restore);
    target.requireRunning();
  }

  /** NB: CRIU has the task do much of the work by itself, so its CPU time counts too. */
  private static void add(
      Tool tool, Results results, Tool.Cost cost, Metric cpu, long ofTheTaskNanos) {
    cost.measured()
        .forEach(
            (metric, value) ->
                results.add(tool.name(), metric, value + (metric == cpu ? ofTheTaskNanos : 0)));
  }

  private static void phases(Tool tool, Results results, String prefix, Tool.Cost cost) {
    cost.phases().forEach((phase, nanos) -> results.add(tool.name(), prefix + phase, nanos));
  }
}
