package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.image.ImageSummary;
import dev.ckpt.convert.memory.ImageMemory;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageState;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Tells what is in an image, and in its memory. */
final class ShowCommand extends CkptCommand {

  private final Path image;
  private final Optional<Path> keyFile;
  private final Optional<MemoryLook> look;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "show",
                "Shows what is in an image.",
                "The process, what is in its memory, its files, its threads. On a terminal long"
                    + " lists are cut to what matters most; -v shows all of it, with every"
                    + " mapping. Or one thing of its memory: a page, strings, where some bytes"
                    + " are.")
            .addPositional(image());
    MemoryLook.addTo(spec);
    spec.addOption(ImageKeys.keyFileOption());
    return Spec.finish(
        spec,
        "ckpt show build.ckpt",
        "ckpt show -v build.ckpt | less",
        "ckpt show build.ckpt --search password --in heap",
        "ckpt show build.ckpt --page 7ffe12340000");
  }

  ShowCommand(Console console, ParseResult arguments) throws UsageException {
    super(console, arguments);
    image = imageToRead(arguments);
    keyFile = ImageKeys.keyFile(arguments);
    look = MemoryLook.of(arguments);
    if (look.isPresent() && isPipe(image)) {
      throw new UsageException("memory is looked at in an image in a file, not in a pipe");
    }
  }

  @Override
  int run(Report report) throws IOException {
    report.about(nameOf(image));
    if (look.isPresent()) {
      return run(look.get(), report);
    }
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

  // What is opened here belongs to the chain.
  @SuppressWarnings("MustBeClosedChecker")
  private int run(MemoryLook memory, Report report) throws IOException {
    try (ImageKeys keys = ImageKeys.of(keyFile, nameOf(image))) {
      ImageFile file = ImageFile.of(Channels.openFile(image), keys);
      try (file) {
        ImageState state = file.state();
        try (ImageChain chain =
            ImageChain.from(file, nameOf(image), state, Parents.of(image, keys))) {
          return memory.run(
              image.toString(), new ImageMemory(state, chain), report, layout(report));
        }
      }
    }
  }
}
