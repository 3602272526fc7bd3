package dev.ckpt.bench.live;

import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a task that runs before its pages are there gains and pays, and one whose pages are mapped
 * from the image: by the library in a warm JVM, beside a restore that fills all of them first. The
 * image is in the page cache.
 *
 * <p>Usage: {@code bench/lazy [--runs N] [--mib A,B,...]}.
 */
public final class LazyRestore {
  private static final int WARM_UP_RUNS = 60;
  private static final int WARM_UP_MIB = 32;
  private static final double MILLION = 1e6;
  private static final double THOUSAND = 1e3;
  private static final double GIGA = 1e9;
  private static final Duration LONG = Duration.ofMinutes(5);

  /** Next to nothing comes but what is waited for. */
  private static final long SLOWLY = 1 << 20;

  private static final long NR_FAULTS = 2000;
  private static final long NR_TOUCHES = 2000;

  private static final int READY = 0;
  private static final int REQUEST = 8;
  private static final int NR = 16;
  private static final int DONE = 24;
  private static final int MEDIAN = 32;
  private static final int P99 = 40;
  private static final int PLACES = 72;

  /** What it works with: 16 MiB of its memory. */
  private static final long NR_PLACES = 64;

  private final Options options;
  private final Workshop workshop;

  private LazyRestore(Options options, Workshop workshop) {
    this.options = options;
    this.workshop = workshop;
  }

  /** Runs it and prints the table. */
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    try (Workshop workshop = Workshop.open(options.folder(), options.sources())) {
      new LazyRestore(options, workshop).run();
    }
  }

  private void run() throws IOException {
    Machine.of(options.folder()).lines().forEach(line -> System.out.println("- " + line));
    System.out.println(
        "- medians of " + options.runs() + "; milliseconds unless it says otherwise\n");
    measure(WARM_UP_MIB, WARM_UP_RUNS);
    List<String> headings = new ArrayList<>();
    List<Figures> columns = new ArrayList<>();
    for (long mib : options.mib()) {
      System.err.println("bench: " + mib + " MiB");
      headings.add(mib + " MiB");
      columns.add(measure(mib, options.runs()));
    }
    Figures.table(headings, columns);
  }

  private Figures measure(long mib, int runs) throws IOException {
    Figures figures = new Figures();
    Path file = workshop.file("shared");
    Path image = workshop.file("lazy");
    MappedByteBuffer shared = workshop.sharedPage(file);
    String program = workshop.program("touch").toString();
    int pid = workshop.start(List.of(program, Long.toString(mib), file.toString()));
    workshop.await("a task of " + mib + " MiB", () -> shared.getLong(READY) == 1);
    try (ImageFileOutput output = ImageFileOutput.create(image, true)) {
      Checkpoint.dump(CheckpointOptions.of(pid).withSync(false).withStop(true), output);
    }
    workshop.end(pid);
    try {
      for (int i = 0; i < runs; i++) {
        figures.add("all pages first", restore(image, 0, false).wallNanos() / MILLION);
        workshop.end(pid);
        drained(pid, image, mib, figures);
        mapped(pid, image, shared, figures);
        waitedFor(pid, image, shared, figures);
        learnt(pid, image, shared, figures);
      }
    } finally {
      Files.deleteIfExists(image);
      Files.deleteIfExists(order(image));
    }
    return figures;
  }

  private static Path order(Path image) {
    return image.resolveSibling(image.getFileName() + ".order");
  }

  private static RestartedTask restore(Path image, long maxRate, boolean lazy) throws IOException {
    RestartOptions eager = RestartOptions.of().withDetach(true);
    RestartOptions later = eager.withLazyPages(new RestartOptions.LazyImage(image, false, maxRate));
    try (FileChannel channel = FileChannel.open(image)) {
      return Restart.restore(lazy ? later : eager, channel);
    }
  }

  /** Nobody waits for anything. */
  private void drained(int pid, Path image, long mib, Figures figures) throws IOException {
    long begin = System.nanoTime();
    RestartedTask task = restore(image, 0, true);
    figures.add("**lazy: until it runs**", task.wallNanos() / MILLION);
    long runs = System.nanoTime();
    await(task);
    double bytes = task.server().orElseThrow().progress().nrPages() * 4096.0;
    figures.add("until the last page is in", (System.nanoTime() - begin) / MILLION);
    figures.add("the rest, GB/s", bytes / GIGA / ((System.nanoTime() - runs) / GIGA));
    workshop.end(pid);
  }

  /** All of the image is read and checked, and nothing copied. */
  private void mapped(int pid, Path image, MappedByteBuffer shared, Figures figures)
      throws IOException {
    RestartOptions options =
        RestartOptions.of()
            .withDetach(true)
            .withMappedPages(new RestartOptions.MappedImage(image, false));
    try (FileChannel channel = FileChannel.open(image)) {
      RestartedTask task = Restart.restore(options, channel);
      figures.add("**map-unsafe: until it runs**", task.wallNanos() / MILLION);
    }
    touch(shared, NR_FAULTS);
    awaitTouched(shared);
    figures.add("a touch then, median, us", shared.getLong(MEDIAN) / THOUSAND);
    figures.add("a touch then, 99th percentile, us", shared.getLong(P99) / THOUSAND);
    workshop.end(pid);
  }

  private static FaultServer await(RestartedTask task) throws IOException {
    FaultServer server = task.server().orElseThrow();
    if (!server.await(LONG)) {
      throw new IOException("pages are missing still: " + server.progress());
    }
    return server;
  }

  private void touch(MappedByteBuffer shared, long touches) {
    shared.putLong(NR, touches);
    shared.putLong(REQUEST, shared.getLong(REQUEST) + 1);
  }

  private void awaitTouched(MappedByteBuffer shared) throws IOException {
    workshop.await("pages to be touched", () -> shared.getLong(DONE) == shared.getLong(REQUEST));
  }

  /** All that it touches is missing. */
  private void waitedFor(int pid, Path image, MappedByteBuffer shared, Figures figures)
      throws IOException {
    Files.deleteIfExists(order(image));
    RestartedTask task = restore(image, SLOWLY, true);
    touch(shared, NR_FAULTS);
    awaitTouched(shared);
    figures.add("a touch while nothing else comes, median, us", shared.getLong(MEDIAN) / THOUSAND);
    figures.add("99th percentile, us", shared.getLong(P99) / THOUSAND);
    task.server().orElseThrow().close();
    workshop.end(pid);
  }

  /** It begins to work with a part of its pages at once; the second time the order is known. */
  private void learnt(int pid, Path image, MappedByteBuffer shared, Figures figures)
      throws IOException {
    Files.deleteIfExists(order(image));
    shared.putLong(PLACES, NR_PLACES);
    for (String name : List.of("waits in its first life", "waits in its second life")) {
      touch(shared, NR_TOUCHES);
      RestartedTask task = restore(image, 0, true);
      awaitTouched(shared);
      figures.add(name, await(task).progress().nrFaults());
      workshop.end(pid);
    }
    shared.putLong(PLACES, 0);
  }
}
