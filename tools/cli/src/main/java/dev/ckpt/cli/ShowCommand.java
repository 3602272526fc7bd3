package dev.ckpt.cli;

import dev.ckpt.cli.image.ImageSummary;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells what is in an image. */
@Command(
    name = "show",
    header = "Shows what is in an image.",
    description = "Task, threads, maps, files, pages by kind of mapping, sizes.",
    footer = {"", "Example:", "  ckpt show build.ckpt"})
final class ShowCommand extends CkptCommand {
  @Parameters(paramLabel = "IMAGE", description = "The image, or - for a pipe on standard input.")
  private Path image;

  ShowCommand(Console console) {
    super(console);
  }

  @Override
  void checkArguments() {
    refuseTerminal(image);
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
