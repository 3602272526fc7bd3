package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.ImageMerge;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
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

  /**
   * What came of it.
   *
   * @param nrParents how many images it has built on
   * @param imageBytes size of the new one
   */
  record Merged(int nrParents, long imageBytes) {}

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "merge",
                "Makes one image of an image and of those that it builds on.",
                "The new one stands on its own. It is the same checkpoint, so that images which"
                    + " build on the old one can build on it, under the old one's name. A sealed"
                    + " image is sealed again with the same passphrase or key file.")
            .addPositional(image())
            .addOption(Spec.required("IMAGE", "The image to make.", "-o", OUTPUT))
            .addOption(
                Spec.flag("Replace a file that has the new image's name, the old one too.", FORCE))
            .addOption(Spec.flag("Do not wait until the image is on the disk.", NO_SYNC))
            .addOption(ImageKeys.keyFileOption());
    return Spec.finish(
        spec, "ckpt merge 000012.ckpt -o whole.ckpt", "ckpt merge a.ckpt -o a.ckpt --force");
  }

  MergeCommand(Console console, Ending ending, ParseResult arguments) throws UsageException {
    super(console, arguments);
    this.ending = ending;
    image = imageToRead(arguments);
    output = path("the new image", Spec.value(arguments, OUTPUT).orElseThrow());
    force = arguments.hasMatchedOption(FORCE);
    sync = !arguments.hasMatchedOption(NO_SYNC);
    keyFile = ImageKeys.keyFile(arguments);
  }

  @Override
  int run(Report report) throws IOException {
    report.about(nameOf(image));
    Merged merged;
    try (ImageKeys keys = ImageKeys.of(keyFile, nameOf(image));
        ImageOutput file = ImageFileOutput.create(output, force);
        RevocableOutput revocable = new RevocableOutput(file, INTERRUPTED)) {
      ending.onSignal(revocable);
      try {
        merged = merge(image, keys, revocable, sync, Pace.NONE);
      } catch (IOException | RuntimeException | LinkageError e) {
        // NB: once the JVM shuts down, the classes of some libraries cannot be initialised any
        // more.
        if (!revocable.revoked()) {
          throw e;
        }
        ending.claimLastWords();
        throw new CkptException(Code.INTERRUPTED, revocable.lastWords(), e);
      }
    }
    say(report, merged);
    return ExitCode.DONE;
  }

  /** Merges an image into an output, and publishes it. */
  static Merged merge(Path image, ImageKeys keys, RevocableOutput output, boolean sync, Pace pace)
      throws IOException {
    try (ReadableByteChannel channel = Channels.open(image);
        ImageReader reader = new ImageReader(channel, keys)) {
      Optional<ImageKey> key =
          reader.seal().isPresent() ? Optional.of(keys.newKeyOfSameSecret()) : Optional.empty();
      try (ImageWriter writer = new ImageWriter(new PacedChannel(output.channel(), pace), key)) {
        int nrParents = ImageMerge.merge(reader, Parents.of(image, keys), writer);
        if (sync) {
          output.sync();
        }
        output.publish();
        return new Merged(nrParents, writer.offset());
      }
    }
  }

  private void say(Report report, Merged merged) {
    report.line(
        Units.printable(nameOf(image))
            + " and "
            + Units.count(merged.nrParents(), "image")
            + " that it builds on merged into "
            + Units.printable(output.toString())
            + ": "
            + Units.bytes(merged.imageBytes()));
    report.result(
        new JsonObject()
            .put("image", image.toString())
            .put("output", output.toString())
            .put("parents", merged.nrParents())
            .put("imageBytes", merged.imageBytes()));
  }
}
