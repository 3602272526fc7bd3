package dev.ckpt.cli;

import dev.ckpt.cli.args.Arguments;
import dev.ckpt.cli.args.Syntax;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.image.ImageSummary;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;

/** Tells what is in an image. */
final class ShowCommand extends CkptCommand {
  static final Syntax SYNTAX =
      Syntax.of(
              "show",
              "Shows what is in an image.",
              "Task, threads, maps, files, pages by kind of mapping, sizes.")
          .taking(IMAGE)
          .with()
          .withExamples("ckpt show build.ckpt");

  private final Path image;

  ShowCommand(Console console, Arguments arguments) throws UsageException {
    super(console, arguments);
    image = imageToRead(arguments);
  }

  @Override
  int run(Report report) throws IOException {
    ImageSummary summary;
    try (ReadableByteChannel channel = Channels.open(image)) {
      summary = ImageSummary.read(channel);
    }
    summary.lines().forEach(report::line);
    summary.phaseLines().forEach(report::detail);
    report.result(summary.json(image.toString()));
    return ExitCode.DONE;
  }
}
