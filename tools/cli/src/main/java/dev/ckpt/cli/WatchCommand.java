package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.Durations;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Dumps a task every so often, each image upon the one before, until it or we are ended. */
final class WatchCommand extends CkptCommand implements Ending.Interruptible {
  private static final String OUTPUT = "--output";
  private static final String EVERY = "--every";
  private static final String KEEP = "--keep";
  private static final String NO_SYNC = "--no-sync";
  private static final String MAX_RATE = "--max-rate";
  private static final Duration DEFAULT_EVERY = Duration.ofSeconds(10);
  private static final int DEFAULT_KEEP = 8;

  /** A chain has at most 256 images, and twice as many are kept as are asked for. */
  private static final int MAX_KEEP = 100;

  private static final long LOOK_MILLIS = 200;

  private final Ending ending;
  private final int pid;
  private final Path folder;
  private final Duration every;
  private final int keep;
  private final boolean sync;
  private final Pace pace;
  private final Optional<Path> keyFile;
  private final Optional<PageCodec> codec;
  private final CountDownLatch interrupted = new CountDownLatch(1);
  private volatile Optional<RevocableOutput> current = Optional.empty();
  private int nrDumped;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "watch",
                "Dumps a process every so often, into small images; it runs on.",
                "The first image has all of it, and each later one builds on the one before and has"
                    + " only what was written since. Any of them can be restored as long as those"
                    + " before it are there. Ends when the process does, or by Ctrl-C.")
            .addPositional(Pids.parameter(true))
            .addOption(
                Spec.required(
                    "FOLDER", "Where the images go: 000001.ckpt and so on.", "-o", OUTPUT))
            .addOption(
                Spec.value(
                    "TIME", "From one dump to the next: 500ms, 5s, 2m. Default: 10s.", EVERY))
            .addOption(
                Spec.value(
                    "N",
                    "Keep at least the last N images. When there are twice as many, the older half"
                        + " is folded into one that stands on its own. Default: 8.",
                    KEEP))
            .addOption(
                Spec.value(
                    "RATE", "Fold no faster than that, in bytes a second: 200M, 1G.", MAX_RATE))
            .addOption(Spec.flag("Do not wait until each image is on the disk.", NO_SYNC))
            .addOption(CompressedOutput.option("Compress the memory in the images"))
            .addOption(
                Spec.value(
                    "FILE",
                    "Seal the images with the content of FILE, at least 32 random bytes that are"
                        + " for their owner only.",
                    ImageKeys.KEY_FILE));
    return Spec.finish(spec, "ckpt watch 812 -o images --every 30s");
  }

  WatchCommand(Console console, Ending ending, ParseResult arguments) throws UsageException {
    super(console, arguments);
    this.ending = ending;
    pid = Pids.parse(Spec.parameter(arguments).orElseThrow());
    folder = path("the folder", Spec.value(arguments, OUTPUT).orElseThrow());
    every = every(Spec.value(arguments, EVERY));
    keep = keep(Spec.value(arguments, KEEP));
    sync = !arguments.hasMatchedOption(NO_SYNC);
    pace = DumpCommand.pace(Spec.value(arguments, MAX_RATE));
    keyFile = ImageKeys.keyFile(arguments);
    codec = CompressedOutput.codec(arguments);
  }

  private static Duration every(Optional<String> text) throws UsageException {
    try {
      return text.isPresent() ? Durations.parse(text.get()) : DEFAULT_EVERY;
    } catch (IllegalArgumentException e) {
      throw new UsageException("--every: " + e.getMessage());
    }
  }

  private static int keep(Optional<String> text) throws UsageException {
    String number = text.orElse(Integer.toString(DEFAULT_KEEP));
    if (!number.matches("[0-9]{1,3}")
        || Integer.parseInt(number) < 1
        || Integer.parseInt(number) > MAX_KEEP) {
      throw new UsageException("--keep " + number + ": give a number from 1 to " + MAX_KEEP);
    }
    return Integer.parseInt(number);
  }

  @Override
  int run(Report report) throws IOException {
    WatchFolder images = WatchFolder.open(folder, keep);
    ending.onSignal(this);
    try (CheckpointSession session = CheckpointSession.open(pid);
        ImageKeys keys = ImageKeys.of(keyFile, folder.toString())) {
      boolean goesOn = true;
      for (long begin = System.nanoTime(); goesOn; goesOn = awaitNext(begin)) {
        begin = System.nanoTime();
        if (!dump(session, keys, images, report)) {
          break;
        }
        fold(keys, images, report);
      }
    } finally {
      images.closeUnused();
    }
    if (isInterrupted()) {
      ending.claimLastWords();
    }
    report.line(Units.count(nrDumped, "image") + ", of which " + images.nrImages() + " are there");
    report.result(
        new JsonObject()
            .put("pid", pid)
            .put("folder", folder.toString())
            .put("dumped", nrDumped)
            .put("images", images.nrImages()));
    return ExitCode.DONE;
  }

  /** Whether the task is still there. */
  private boolean dump(CheckpointSession session, ImageKeys keys, WatchFolder images, Report report)
      throws IOException {
    Path image = images.next();
    CheckpointOptions options = CheckpointOptions.of(pid).withSync(sync);
    if (keyFile.isPresent()) {
      options = options.withKey(keys.newKey());
    }
    CheckpointResult result;
    try (ImageOutput file = ImageFileOutput.create(image, false);
        RevocableOutput output = begin(file)) {
      NewImage wanted = new NewImage(output, options.key(), codec);
      result =
          CompressedOutput.dump(
              options, image, wanted, (how, into) -> session.dump(how, into, image));
    } catch (TargetGoneException e) {
      return Signals.exists(pid);
    } catch (CkptException e) {
      if (isInterrupted() || nrDumped > 0 && !Signals.exists(pid)) {
        return false;
      }
      if (nrDumped == 0) {
        throw e;
      }
      // What is in the way may be gone the next time.
      report.failure(e);
      return true;
    } finally {
      current = Optional.empty();
    }
    images.add(image);
    nrDumped++;
    say(image, result, session, report);
    return true;
  }

  /** What a signal takes back from now on. */
  private RevocableOutput begin(ImageOutput file) {
    RevocableOutput output = new RevocableOutput(file, lastWords());
    current = Optional.of(output);
    if (isInterrupted()) {
      output.interrupt();
    }
    return output;
  }

  private void say(Path image, CheckpointResult result, CheckpointSession session, Report report) {
    report.line(
        Units.printable(image.getFileName().toString())
            + ": "
            + Units.bytes(result.imageBytes())
            + ", "
            + Units.count(result.dataPages(), "page")
            + (result.keptPages() == 0 ? "" : " and " + result.keptPages() + " in others")
            + ", frozen "
            + Units.time(result.frozenNanos()));
    if (nrDumped > 1) {
      session.whyWhole().ifPresent(why -> report.note("it has everything: " + why));
    } else {
      session.whyWhole().ifPresent(why -> report.note("each image will have everything: " + why));
    }
    console().out().flush();
  }

  private void fold(ImageKeys keys, WatchFolder images, Report report) {
    try {
      int nrGone = images.fold(image -> fold(image, keys));
      if (nrGone > 0) {
        report.detail(Units.count(nrGone, "old image") + " folded");
      }
    } catch (IOException e) {
      // Nothing is lost: there are more images than were asked for, until it works.
      if (!isInterrupted()) {
        report.failure(e);
      }
    } finally {
      current = Optional.empty();
    }
  }

  private void fold(Path image, ImageKeys keys) throws IOException {
    try (ImageOutput file = ImageFileOutput.create(image, true);
        RevocableOutput output = begin(file)) {
      MergeCommand.merge(image, keys, output, codec, sync, pace);
    }
  }

  /** Waits until it is time; false if there is nothing to wait for any more. */
  private boolean awaitNext(long begin) throws IOException {
    long end = begin + every.toNanos();
    while (Signals.exists(pid)) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return !isInterrupted();
      }
      try {
        if (interrupted.await(Math.min(left, LOOK_MILLIS), TimeUnit.MILLISECONDS)) {
          return false;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }

  private boolean isInterrupted() {
    return interrupted.getCount() == 0;
  }

  @Override
  public boolean interrupt() {
    interrupted.countDown();
    current.ifPresent(RevocableOutput::interrupt);
    return true;
  }

  @Override
  public void abandon() {
    current.ifPresent(RevocableOutput::abandon);
  }

  @Override
  public String lastWords() {
    return "[pid " + pid + "] the watch was interrupted: the task runs on";
  }
}
