package dev.ckpt.cli;

import dev.ckpt.cli.image.ImageCounts;
import dev.ckpt.cli.text.Units;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Checks an image without restoring it. */
@Command(
    name = "verify",
    header = "Checks that an image is whole.",
    description =
        "Every checksum, reference and count. Of a damaged one it says where and in which object.",
    footer = {"", "Example:", "  ckpt verify build.ckpt"})
final class VerifyCommand extends CkptCommand {
  @Parameters(paramLabel = "IMAGE", description = "The image, or - for a pipe on standard input.")
  private Path image;

  VerifyCommand(Console console) {
    super(console);
  }

  @Override
  void checkArguments() {
    refuseTerminal(image);
  }

  @Override
  int run(Report report) throws IOException {
    ImageCounts counts;
    try (ReadableByteChannel channel = Channels.open(image)) {
      counts = ImageCounts.verify(channel);
    }
    report.line(Units.printable(image.toString()) + ": whole: " + counts.line());
    report.result(counts.json(image.toString()));
    return ExitCode.DONE;
  }
}
