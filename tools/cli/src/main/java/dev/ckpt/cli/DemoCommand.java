package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.image.ImageSummary;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentSource;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Shows on a real program what ckpt does, and cleans up. */
final class DemoCommand extends CkptCommand implements Ending.Interruptible {

  private static final String INTERRUPTED = "the demo was interrupted";
  private static final int NUMBERS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration STANDSTILL = Duration.ofMillis(500);
  private static final long POLL_MILLIS = 20;
  private static final int STAMP_CHARS = 9;

  private final Ending ending;
  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final long begin = System.nanoTime();
  private Optional<Path> folder = Optional.empty();
  private Optional<DemoProgram> program = Optional.empty();

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
            "demo",
            "Freezes a real program, ends it, brings it back, and cleans up.",
            "A perl program counts into a file in a temporary folder, and shows that it goes on.");
    return Spec.finish(spec, "ckpt demo");
  }

  DemoCommand(Console console, Ending ending, ParseResult arguments) {
    super(console, arguments);
    this.ending = ending;
  }

  /** A condition to wait for. */
  private interface Condition {
    boolean holds() throws IOException;
  }

  @Override
  int run(Report report) throws IOException {
    List<Refusal> missing = missing(Machine.ask());
    if (!missing.isEmpty()) {
      throw new UnsupportedStateException(missing);
    }
    ending.onSignal(this);
    try {
      play(report);
    } catch (IOException | RuntimeException | LinkageError e) {
      // NB: once the JVM shuts down, the classes of some libraries cannot be initialised any more.
      if (interrupted.getCount() == 0) {
        throw interruption(e);
      }
      throw e;
    } finally {
      cleanUp();
    }
    step(report, "all is cleaned up");
    return ExitCode.DONE;
  }

  /** What is not allowed here, without which the program would be ended and not come back. */
  static List<Refusal> missing(List<Ability> abilities) {
    return abilities.stream()
        .filter(ability -> !ability.works() && ability.need() != Ability.Need.NOBODY)
        .map(ability -> new Refusal(RefusalCode.DEMO_NOT_ALLOWED, ability.name(), ability.detail()))
        .toList();
  }

  private void play(Report report) throws IOException {
    DemoProgram perl = start();
    step(report, "perl runs as pid " + perl.pid() + " and counts, ten times a second");
    await("it counts", () -> perl.numbers().size() >= NUMBERS);
    step(report, "it has counted to " + perl.numbers().size());

    Path image = folder.orElseThrow().resolve("perl.ckpt");
    CheckpointResult dump = dump(perl.pid(), image);
    await("it is gone", () -> !perl.runs());
    int before = perl.numbers().size();
    step(
        report,
        "frozen at "
            + before
            + " into an image of "
            + Units.bytes(dump.imageBytes())
            + " within "
            + Units.time(dump.frozenNanos())
            + ", and ended");
    step(report, "the image holds " + taskLine(image));
    pause(STANDSTILL);
    step(report, "pid " + perl.pid() + " is gone, and the count stands at " + counted(perl));

    RestartedTask task = restore(image);
    task.notes().forEach(report::note);
    step(report, "restored as pid " + task.pid() + " within " + Units.time(task.wallNanos()));
    await("it goes on", () -> perl.numbers().size() >= before + NUMBERS);
    int after = perl.numbers().size();
    step(report, "it goes on where it was: " + excerpt(before, after));
    report.result(
        new JsonObject()
            .put("pid", task.pid())
            .put("imageBytes", dump.imageBytes())
            .put("pages", dump.dataPages())
            .putMillis("frozenMillis", dump.frozenNanos())
            .putMillis("restoreMillis", task.wallNanos())
            .put("countedBefore", before)
            .put("countedAfter", after));
  }

  private static int counted(DemoProgram program) throws IOException {
    return program.numbers().size();
  }

  private synchronized DemoProgram start() throws IOException {
    Path made = Files.createTempDirectory("ckpt-demo-");
    folder = Optional.of(made);
    DemoProgram started = DemoProgram.start(made.resolve("numbers"));
    program = Optional.of(started);
    return started;
  }

  private static CheckpointResult dump(int pid, Path image) throws IOException {
    try (ImageOutput output = ImageFileOutput.create(image, false)) {
      return Checkpoint.dump(CheckpointOptions.of(pid).withStop(true).withSync(false), output);
    }
  }

  private static String taskLine(Path image) throws IOException {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
      return ImageSummary.read(channel, KeySource.NONE, ParentSource.NONE).taskLine();
    }
  }

  private static RestartedTask restore(Path image) throws IOException {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
      return Restart.restore(RestartOptions.of().withDetach(true), channel);
    }
  }

  /** The numbers around the place where it was frozen. */
  static String excerpt(int before, int after) {
    return "... "
        + (before - 1)
        + " "
        + before
        + " | "
        + (before + 1)
        + " "
        + (before + 2)
        + " ... "
        + after;
  }

  private void step(Report report, String text) {
    String stamp = Units.seconds(System.nanoTime() - begin);
    report.line(" ".repeat(Math.max(0, STAMP_CHARS - stamp.length())) + stamp + "  " + text);
    console().out().flush();
  }

  private void await(String what, Condition condition) throws IOException {
    long start = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new CkptException(
            FailureCode.DEMO_TIMEOUT,
            "waited " + PATIENCE.toSeconds() + " s in vain until " + what);
      }
      pause(Duration.ofMillis(POLL_MILLIS));
    }
  }

  private static CkptException interruption(Throwable error) {
    return new CkptException(FailureCode.INTERRUPTED, INTERRUPTED, error);
  }

  private void pause(Duration time) throws CkptException {
    try {
      if (interrupted.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new CancellationException();
      }
    } catch (InterruptedException e) {
      throw interruption(e);
    }
  }

  @Override
  public String lastWords() {
    return INTERRUPTED;
  }

  @Override
  public boolean interrupt() {
    interrupted.countDown();
    return true;
  }

  @Override
  public void abandon() {
    try {
      cleanUp();
    } catch (IOException e) {
      console()
          .err()
          .println("ckpt: " + FailureCode.DEMO_LEFT_OVER + ": " + Units.printable(e.toString()));
    }
  }

  private synchronized void cleanUp() throws IOException {
    if (program.isPresent()) {
      program.get().end();
      program = Optional.empty();
    }
    if (folder.isPresent()) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.get())) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(folder.get());
      folder = Optional.empty();
    }
  }
}
