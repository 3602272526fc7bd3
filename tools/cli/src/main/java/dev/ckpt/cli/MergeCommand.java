package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.ImageMerge;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Makes one image of an image and all that it builds on. */
final class MergeCommand extends CkptCommand {
  private static final String OUTPUT = "--output";
  private static final String FORCE = "--force";
  private static final String NO_SYNC = "--no-sync";

  private static final String INTERRUPTED = "the merge was interrupted: nothing changed";

  private final Ending ending;
  private final Path image;
  private final Path output;
  private final boolean force;
  private final boolean sync;
  private final Optional<Path> keyFile;
  private final Optional<PageCodec> codec;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "merge",
                "Makes one image of an image and of those that it builds on.",
                "The new one stands on its own. It is the same checkpoint, so that images which"
                    + " build on the old one can build on it, under the old one's name. A sealed"
                    + " image is sealed again with the same passphrase or key file. One that"
                    + " stands on its own is written anew: with --compress, or plain.")
            .addPositional(image())
            .addOption(Spec.required("IMAGE", "The image to make.", "-o", OUTPUT))
            .addOption(
                Spec.flag("Replace a file that has the new image's name, the old one too.", FORCE))
            .addOption(Spec.flag("Do not wait until the image is on the disk.", NO_SYNC))
            .addOption(CompressedOutput.option("Compress the memory in the new image"))
            .addOption(ImageKeys.keyFileOption());
    return Spec.finish(
        spec,
        "ckpt merge 000012.ckpt -o whole.ckpt",
        "ckpt merge a.ckpt -o a.ckpt --force --compress zstd");
  }

  MergeCommand(Console console, Ending ending, ParseResult arguments) throws UsageException {
    super(console, arguments);
    this.ending = ending;
    image = imageToRead(arguments);
    output = path("the new image", Spec.value(arguments, OUTPUT).orElseThrow());
    force = arguments.hasMatchedOption(FORCE);
    sync = !arguments.hasMatchedOption(NO_SYNC);
    keyFile = ImageKeys.keyFile(arguments);
    codec = CompressedOutput.codec(arguments);
  }

  @Override
  int run(Report report) throws IOException {
    report.about(nameOf(image));
    NewImage.Written merged;
    try (ImageKeys keys = ImageKeys.of(keyFile, nameOf(image));
        ImageOutput file = ImageFileOutput.create(output, force);
        RevocableOutput revocable = new RevocableOutput(file, INTERRUPTED)) {
      merged =
          Revocation.run(
              ending, revocable, () -> merge(image, keys, revocable, codec, sync, Pace.NONE));
    }
    say(report, merged);
    return ExitCode.DONE;
  }

  /** Merges an image into an output, and publishes it; the number is that of its parents. */
  static NewImage.Written merge(
      Path image,
      ImageKeys keys,
      RevocableOutput output,
      Optional<PageCodec> codec,
      boolean sync,
      Pace pace)
      throws IOException {
    try (ReadableByteChannel channel = Channels.open(image);
        ImageReader reader = new ImageReader(channel, keys)) {
      Optional<ImageKey> key =
          reader.seal().isPresent() ? Optional.of(keys.newKeyOfSameSecret()) : Optional.empty();
      return new NewImage(output, key, codec)
          .write(writer -> ImageMerge.merge(reader, Parents.of(image, keys), writer), sync, pace);
    }
  }

  private void say(Report report, NewImage.Written merged) {
    String upon =
        merged.number() == 0
            ? " written anew into "
            : " and " + Units.count(merged.number(), "image") + " that it builds on merged into ";
    report.line(
        Units.printable(nameOf(image))
            + upon
            + Units.printable(output.toString())
            + ": "
            + Units.bytes(merged.imageBytes()));
    report.result(
        new JsonObject()
            .put("image", image.toString())
            .put("output", output.toString())
            .put("parents", merged.number())
            .put("imageBytes", merged.imageBytes()));
  }
}
