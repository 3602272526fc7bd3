package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.image.ImageSummary;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Tells what is in an image. */
final class ShowCommand extends CkptCommand {

  private final Path image;
  private final Optional<Path> keyFile;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "show",
                "Shows what is in an image.",
                "The process, what is in its memory, its files, its threads. On a terminal long"
                    + " lists are cut to what matters most; -v shows all of it, with every"
                    + " mapping.")
            .addPositional(image())
            .addOption(ImageKeys.keyFileOption());
    return Spec.finish(spec, "ckpt show build.ckpt", "ckpt show -v build.ckpt | less");
  }

  ShowCommand(Console console, ParseResult arguments) throws UsageException {
    super(console, arguments);
    image = imageToRead(arguments);
    keyFile = ImageKeys.keyFile(arguments);
  }

  @Override
  int run(Report report) throws IOException {
    report.about(nameOf(image));
    ImageSummary summary;
    try (ReadableByteChannel channel = Channels.open(image);
        ImageKeys keys = ImageKeys.of(keyFile, nameOf(image))) {
      summary = ImageSummary.read(channel, keys, Parents.of(image, keys));
    }
    summary.lines(layout(report)).forEach(report::line);
    if (report.wantsJson()) {
      report.result(summary.json(image.toString()));
    }
    return ExitCode.DONE;
  }
}
