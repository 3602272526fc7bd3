package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.image.ImageCounts;
import dev.ckpt.cli.text.Units;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Checks an image without restoring it. */
final class VerifyCommand extends CkptCommand {

  private final Path image;
  private final Optional<Path> keyFile;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "verify",
                "Checks that an image is whole.",
                "Every checksum, reference and count, of the images that it builds on too. Of a"
                    + " damaged one it says where and in which object.")
            .addPositional(image())
            .addOption(ImageKeys.keyFileOption());
    return Spec.finish(spec, "ckpt verify build.ckpt");
  }

  VerifyCommand(Console console, ParseResult arguments) throws UsageException {
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
      counts = ImageCounts.verify(channel, keys, Parents.of(image, keys));
    }
    report.line(Units.printable(nameOf(image)) + ": whole: " + counts.line());
    report.result(counts.json(image.toString()));
    return ExitCode.DONE;
  }
}
