package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.image.DiffText;
import dev.ckpt.cli.image.ExactDiffText;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.diff.ExactDiff;
import dev.ckpt.format.diff.ImageDiff;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Tells how two images differ. */
final class DiffCommand extends CkptCommand {
  private static final String EXACT = "--exact";

  private final Path a;
  private final Path b;
  private final boolean exact;
  private final Optional<Path> keyFile;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "diff",
                "Tells how two images differ.",
                "In the state of the process, and by mapping in how many pages; an image that"
                    + " builds on others counts with their pages. How things are numbered and"
                    + " written does not count, nor does what is of the dump: its id, its times.")
            .addPositional(
                Spec.parameter(0, "A", true, "An image, or - for a pipe on standard input."))
            .addPositional(
                Spec.parameter(1, "B", true, "The other one, as A. One of them has to be a file."))
            .addOption(
                Spec.flag(
                    "Compare them as they are written. They are the same if they have the same"
                        + " objects in the same order with the same fields, and then the same pages"
                        + " in the same order, be zeros written or left out. How pages are cut into"
                        + " page arrays does not count.",
                    EXACT))
            .addOption(ImageKeys.keyFileOption());
    return Spec.finish(spec, "ckpt diff before.ckpt after.ckpt", "ckpt diff --exact a.ckpt b.ckpt");
  }

  DiffCommand(Console console, ParseResult arguments) throws UsageException {
    super(console, arguments);
    a = imageToRead(arguments, 0);
    b = imageToRead(arguments, 1);
    exact = arguments.hasMatchedOption(EXACT);
    keyFile = ImageKeys.keyFile(arguments);
    if (isPipe(a) && isPipe(b)) {
      throw new UsageException("only one of the images can come from standard input");
    }
    if (!exact && isStream(a) && isStream(b)) {
      throw new UsageException("one of the images has to be a file, or give " + EXACT);
    }
  }

  /** Whether it can only be read from its first byte to its last. */
  private static boolean isStream(Path image) {
    return isPipe(image)
        || Files.exists(image) && !Files.isRegularFile(image) && !Files.isDirectory(image);
  }

  @Override
  int run(Report report) throws IOException {
    if (!isPipe(a) && !isPipe(b) && Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b)) {
      report.note("both images are one file");
    }
    return exact ? runExact(report) : runUsual(report);
  }

  private int runUsual(Report report) throws IOException {
    ImageDiff diff = isStream(b) ? compare(b, a, report).swapped() : compare(a, b, report);
    DiffText text = new DiffText(nameOf(a), nameOf(b), diff);
    text.lines(layout(report)).forEach(report::line);
    if (report.wantsJson()) {
      report.result(text.json(a.toString(), b.toString()));
    }
    return diff.same() ? ExitCode.DONE : ExitCode.DIFFERENT;
  }

  /** Compares one image, which may be a pipe, with another. */
  @SuppressWarnings("MustBeClosed") // compare closes the file
  private ImageDiff compare(Path stream, Path file, Report report) throws IOException {
    report.about(nameOf(stream));
    try (ReadableByteChannel channel = Channels.open(stream);
        ImageKeys keys = ImageKeys.of(keyFile, nameOf(stream));
        ImageKeys fileKeys = ImageKeys.of(keyFile, nameOf(file));
        ImageReader reader = new ImageReader(channel, keys)) {
      report.about(nameOf(file));
      return ImageDiff.compare(
          nameOf(stream),
          reader,
          Parents.of(stream, keys),
          nameOf(file),
          ImageFile.of(Channels.openFile(file), fileKeys),
          Parents.of(file, fileKeys));
    }
  }

  private int runExact(Report report) throws IOException {
    ExactDiff diff = compareExactly(report);
    ExactDiffText text = new ExactDiffText(nameOf(a), nameOf(b), diff);
    text.lines(layout(report)).forEach(report::line);
    report.result(text.json(a.toString(), b.toString()));
    return diff.same() ? ExitCode.DONE : ExitCode.DIFFERENT;
  }

  private ExactDiff compareExactly(Report report) throws IOException {
    report.about(nameOf(a));
    try (ReadableByteChannel channelA = Channels.open(a);
        ImageKeys keysA = ImageKeys.of(keyFile, nameOf(a));
        ImageReader readerA = new ImageReader(channelA, keysA)) {
      report.about(nameOf(b));
      try (ReadableByteChannel channelB = Channels.open(b);
          ImageKeys keysB = ImageKeys.of(keyFile, nameOf(b));
          ImageReader readerB = new ImageReader(channelB, keysB)) {
        return ExactDiff.compare(nameOf(a), readerA, nameOf(b), readerB);
      }
    }
  }
}
