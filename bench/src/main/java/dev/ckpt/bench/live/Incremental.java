package dev.ckpt.bench.live;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentFiles;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * What it costs to dump a task upon an image before, and to copy its memory before it is frozen:
 * tasks of random bytes that write to some of their pages in between, or work meanwhile.
 *
 * <p>Usage: {@code bench/incremental [--runs N] [--mib A,B,...]}.
 */
public final class Incremental {
  private static final List<Integer> PERCENTS = List.of(1, 10);
  private static final int WARM_UP_RUNS = 150;
  private static final int WARM_UP_MIB = 8;
  private static final int PAGE_BYTES = 4096;
  private static final double MILLION = 1e6;
  private static final double PERCENT = 100;

  /** What a user might give to {@code --max-rate}. */
  private static final long SLOW_BYTES_PER_SECOND = 200_000_000;

  /** For so long we see how much the task does when nobody copies it. */
  private static final long ALONE_NANOS = 100_000_000;

  private static final int READY = 0;
  private static final int REQUEST = 8;
  private static final int NR_PAGES = 16;
  private static final int DONE = 24;
  private static final int NANOS = 32;
  private static final int WORKING = 40;
  private static final int WORK = 48;

  private final Options options;
  private final Workshop workshop;

  private Incremental(Options options, Workshop workshop) {
    this.options = options;
    this.workshop = workshop;
  }

  /** Runs it and prints the tables. */
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    try (Workshop workshop = Workshop.open(options.folder(), options.sources())) {
      new Incremental(options, workshop).run();
    }
  }

  private void run() throws IOException {
    Machine.of(options.folder()).lines().forEach(line -> System.out.println("- " + line));
    System.out.println(
        "- medians of " + options.runs() + "; milliseconds unless it says otherwise");
    for (int i = 0; i < WARM_UP_RUNS; i++) {
      one(WARM_UP_MIB, PERCENTS.get(0), new Figures());
    }
    for (long mib : options.mib()) {
      List<Figures> columns = new ArrayList<>();
      for (int percent : PERCENTS) {
        System.err.println("bench: " + mib + " MiB, " + percent + " % written");
        Figures figures = new Figures();
        for (int i = 0; i < options.runs(); i++) {
          one(mib, percent, figures);
        }
        columns.add(figures);
      }
      System.out.println("\n### " + mib + " MiB\n");
      Figures.table(PERCENTS.stream().map(percent -> percent + " % written").toList(), columns);
    }
  }

  /** A task that is measured, and the page that we share with it. */
  private interface Trial {
    void run(int pid, MappedByteBuffer shared, long nrPages, Figures figures) throws IOException;
  }

  /** Each on a task of its own: a restored one may have huge pages. */
  private void one(long mib, int percent, Figures figures) throws IOException {
    one(mib, percent, figures, this::upon);
    one(mib, percent, figures, this::copied);
    one(mib, percent, figures, this::worked);
  }

  private void one(long mib, int percent, Figures figures, Trial trial) throws IOException {
    Path file = workshop.file("shared");
    MappedByteBuffer shared = workshop.sharedPage(file);
    String program = workshop.program("dirty").toString();
    int pid = workshop.start(List.of(program, Long.toString(mib), file.toString()));
    try {
      workshop.await("a task of " + mib + " MiB", () -> shared.getLong(READY) == 1);
      trial.run(pid, shared, (mib << 20) / PAGE_BYTES * percent / 100, figures);
    } finally {
      workshop.end(pid);
      for (String name : List.of("whole", "upon", "copy", "rest")) {
        Files.deleteIfExists(workshop.file(name));
      }
    }
  }

  /** Nanoseconds for each of so many pages that the task writes to. */
  private double write(MappedByteBuffer shared, long nrPages) throws IOException {
    long request = shared.getLong(REQUEST) + 1;
    shared.putLong(NR_PAGES, nrPages);
    shared.putLong(REQUEST, request);
    workshop.await("pages to be written", () -> shared.getLong(DONE) == request);
    return (double) shared.getLong(NANOS) / nrPages;
  }

  private static CheckpointOptions options(int pid) {
    return CheckpointOptions.of(pid).withSync(false);
  }

  private void upon(int pid, MappedByteBuffer shared, long nrPages, Figures figures)
      throws IOException {
    Path last = workshop.file("upon");
    try (CheckpointSession session = CheckpointSession.open(pid)) {
      CheckpointResult whole = session.dump(options(pid), workshop.file("whole"), true);
      figures.add("frozen, all of it", whole.frozenNanos() / MILLION);
      double first = write(shared, nrPages);
      figures.add("the task's write to a protected page, ns", first);
      figures.add("and the next one to it, ns", write(shared, nrPages));
      CheckpointResult upon = session.dump(options(pid), last, true);
      figures.add("**frozen, upon that**", upon.frozenNanos() / MILLION);
      figures.add("took, upon that", upon.wallNanos() / MILLION);
      figures.add(
          "its image, of the bytes written", (double) upon.imageBytes() / (nrPages * PAGE_BYTES));
    }
    workshop.end(pid);
    figures.add("restore of both", restore(last));
    workshop.restored(pid);
  }

  private double restore(Path image) throws IOException {
    ParentFiles parents =
        new ParentFiles(Optional.of(image.getParent()), FileChannel::open, KeySource.NONE);
    try (FileChannel channel = FileChannel.open(image)) {
      return Restart.restore(RestartOptions.of().withDetach(true).withParents(parents), channel)
              .wallNanos()
          / MILLION;
    }
  }

  private void copied(int pid, MappedByteBuffer shared, long nrPages, Figures figures)
      throws IOException {
    try (CheckpointSession session = CheckpointSession.open(pid)) {
      CheckpointResult copy = preDump(session, options(pid));
      figures.add("**frozen, for a pre-dump**", copy.frozenNanos() / MILLION);
      figures.add("took, the pre-dump", copy.wallNanos() / MILLION);
      write(shared, nrPages);
      CheckpointResult rest = session.dump(options(pid), workshop.file("rest"), true);
      figures.add("frozen, for what was written then", rest.frozenNanos() / MILLION);
    }
  }

  private CheckpointResult preDump(CheckpointSession session, CheckpointOptions options)
      throws IOException {
    Path file = workshop.file("copy");
    try (ImageFileOutput output = ImageFileOutput.create(file, true)) {
      return session.preDump(options, output, file);
    }
  }

  /** How much a task does that writes to 4 MiB all the time, while the whole of it is copied. */
  private void worked(int pid, MappedByteBuffer shared, long nrPages, Figures figures)
      throws IOException {
    shared.putLong(WORKING, 1);
    double before = aloneRate(shared);
    double fast = copiedRate(pid, shared, Pace.NONE);
    double slow = copiedRate(pid, shared, Pace.of(SLOW_BYTES_PER_SECOND));
    double watched = watchedRate(pid, shared);
    double alone = (before + aloneRate(shared)) / 2;
    figures.add("its work while it is copied, %", PERCENT * fast / alone);
    figures.add("and at " + SLOW_BYTES_PER_SECOND / 1_000_000 + " MB/s, %", PERCENT * slow / alone);
    figures.add("and while it is watched, %", PERCENT * watched / alone);
  }

  private static double aloneRate(MappedByteBuffer shared) {
    long start = System.nanoTime();
    long before = shared.getLong(WORK);
    LockSupport.parkNanos(ALONE_NANOS);
    return (double) (shared.getLong(WORK) - before) / (System.nanoTime() - start);
  }

  /** Without the time in which it stood still, of which other lines tell. */
  private double copiedRate(int pid, MappedByteBuffer shared, Pace pace) throws IOException {
    try (CheckpointSession session = CheckpointSession.open(pid)) {
      long start = System.nanoTime();
      long before = shared.getLong(WORK);
      CheckpointResult copy = preDump(session, options(pid).withPace(pace));
      long ran = System.nanoTime() - start - copy.frozenNanos();
      double rate = (double) (shared.getLong(WORK) - before) / ran;
      workshop.run("sync");
      return rate;
    }
  }

  /** Right after a dump, when each of its pages is protected again. */
  private double watchedRate(int pid, MappedByteBuffer shared) throws IOException {
    try (CheckpointSession session = CheckpointSession.open(pid)) {
      session.dump(options(pid), workshop.file("whole"), true);
      workshop.run("sync");
      session.dump(options(pid), workshop.file("upon"), true);
      return aloneRate(shared);
    }
  }
}
