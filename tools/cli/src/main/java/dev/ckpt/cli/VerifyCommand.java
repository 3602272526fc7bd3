package dev.ckpt.cli;

import dev.ckpt.cli.args.Arguments;
import dev.ckpt.cli.args.Syntax;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.image.ImageCounts;
import dev.ckpt.cli.text.Units;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;

/** Checks an image without restoring it. */
final class VerifyCommand extends CkptCommand {
  static final Syntax SYNTAX =
      Syntax.of(
              "verify",
              "Checks that an image is whole.",
              "Every checksum, reference and count. Of a damaged one it says where and in which"
                  + " object.")
          .taking(IMAGE)
          .with(ImageKeys.KEY_FILE)
          .withExamples("ckpt verify build.ckpt");

  private final Path image;
  private final Optional<Path> keyFile;

  VerifyCommand(Console console, Arguments arguments) throws UsageException {
    super(console, arguments);
    image = imageToRead(arguments);
    keyFile = ImageKeys.keyFile(arguments);
  }

  @Override
  int run(Report report) throws IOException {
    report.about(nameOf(image));
    ImageCounts counts;
    try (ReadableByteChannel channel = Channels.open(image);
        ImageKeys keys = ImageKeys.of(keyFile, nameOf(image))) {
      counts = ImageCounts.verify(channel, keys);
    }
    report.line(Units.printable(nameOf(image)) + ": whole: " + counts.line());
    report.result(counts.json(image.toString()));
    return ExitCode.DONE;
  }
}
