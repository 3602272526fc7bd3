package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.convert.FolderFormat;
import dev.ckpt.convert.FolderSource;
import dev.ckpt.convert.Formats;
import dev.ckpt.convert.InputFolder;
import dev.ckpt.convert.Losses;
import dev.ckpt.convert.PlainFolder;
import dev.ckpt.convert.Source;
import dev.ckpt.convert.StreamFormat;
import dev.ckpt.convert.Target;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.FoldedPages;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Puts an image into another format, or makes one of such a file. */
final class ConvertCommand extends CkptCommand {
  private static final String FROM = "--from";
  private static final String TO = "--to";
  private static final String PAGES = "--pages";
  private static final String LOSSY = "--lossy";
  private static final String FORCE = "--force";
  private static final String NO_SYNC = "--no-sync";
  private static final String ENCRYPT = "--encrypt";

  private static final String INLINE = "inline";
  private static final String BESIDE = "file";
  private static final String INTERRUPTED = "the conversion was interrupted: nothing changed";

  private final Ending ending;
  private final Path input;
  private final Path output;
  private final FormatChoice formats;
  private final boolean inline;
  private final boolean lossy;
  private final boolean force;
  private final boolean sync;
  private final boolean sealed;
  private final Optional<Path> keyFile;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "convert",
                "Puts an image into another format, or makes an image of that.",
                "One of IN and OUT is an image. Nothing is lost on the way into json or kryo: an"
                    + " image that is put into one and made again is the same. JSON can be changed"
                    + " by hand between the two. An image that builds on others is converted alone:"
                    + " ckpt merge makes one of all. A folder of CRIU's cannot say all that an"
                    + " image says, nor the other way round: what would be lost is an error, unless"
                    + " --lossy is given. There, an image is read with all that it builds on.")
            .addPositional(
                Spec.parameter(
                    0,
                    "IN",
                    true,
                    "What to convert, a file or a folder, or - for a pipe on standard input."))
            .addPositional(
                Spec.parameter(1, "OUT", true, "What to make, or - for a pipe on standard output."))
            .addOption(
                format("The format of IN. Default: as its name ends, or as an image begins.", FROM))
            .addOption(format("The format of OUT. Default: as its name ends.", TO))
            .addOption(
                Spec.choice(
                    List.of(BESIDE, INLINE),
                    "WHERE",
                    "Where the memory goes: into a file beside OUT, named OUT.pages, or inline,"
                        + " into OUT itself. Default: file, or inline for a pipe.",
                    PAGES))
            .addOption(
                Spec.flag(
                    "Leave out what a folder of CRIU's, or an image, cannot say, and tell what that"
                        + " is.",
                    LOSSY))
            .addOption(Spec.flag("Replace files that have the names of the new ones.", FORCE))
            .addOption(Spec.flag("Do not wait until all is on the disk.", NO_SYNC))
            .addOption(
                Spec.flag(
                    "Seal the image that is made, with a passphrase that is asked for at the"
                        + " terminal or with --key-file.",
                    ENCRYPT))
            .addOption(
                Spec.value(
                    "FILE",
                    "Take the key of a sealed image from FILE, or seal the one that is made with"
                        + " it. FILE has at least 32 bytes and is for its owner only.",
                    ImageKeys.KEY_FILE));
    return Spec.finish(
        spec,
        "ckpt convert build.ckpt build.json",
        "ckpt convert build.json changed.ckpt",
        "ckpt convert build.ckpt - --to json | less",
        "ckpt convert build.ckpt folder --to criu");
  }

  private static OptionSpec format(String text, String name) {
    List<String> names = new ArrayList<>(List.of(FormatChoice.IMAGE));
    Formats.all().forEach(format -> names.add(format.name()));
    return Spec.choice(names, "FORMAT", text, name);
  }

  ConvertCommand(Console console, Ending ending, ParseResult arguments) throws UsageException {
    super(console, arguments);
    this.ending = ending;
    input = imageToRead(arguments, 0);
    output = path("what to make", Spec.parameter(arguments, 1).orElseThrow());
    formats =
        FormatChoice.of(input, Spec.value(arguments, FROM), output, Spec.value(arguments, TO));
    Optional<String> pages = Spec.value(arguments, PAGES);
    Optional<StreamFormat> stream = formats.stream();
    if (stream.isEmpty()) {
      requireFolder(pages);
    }
    boolean beside = stream.map(StreamFormat::pagesBeside).orElse(true);
    inline = pages.map(INLINE::equals).orElse(!beside || isPipe(output));
    if (!inline && !beside) {
      throw new UsageException(formats.to() + " has the memory inline only");
    }
    lossy = arguments.hasMatchedOption(LOSSY);
    if (lossy && stream.isPresent()) {
      throw new UsageException(LOSSY + " is for folders of CRIU's: nothing is lost otherwise");
    }
    force = arguments.hasMatchedOption(FORCE);
    sync = !arguments.hasMatchedOption(NO_SYNC);
    keyFile = ImageKeys.keyFile(arguments);
    sealed = arguments.hasMatchedOption(ENCRYPT) || formats.toImage() && keyFile.isPresent();
    if (sealed && !formats.toImage()) {
      throw new UsageException(ENCRYPT + " is for an image that is made");
    }
    if (formats.toImage() && arguments.hasMatchedOption(PAGES)) {
      throw new UsageException(PAGES + " is for what is made of an image");
    }
    if (isPipe(output) && !inline) {
      throw new UsageException("nothing can stand beside a pipe: " + PAGES + " " + INLINE);
    }
  }

  private void requireFolder(Optional<String> pages) throws UsageException {
    String name = formats.format().name();
    if (isPipe(formats.toImage() ? input : output)) {
      throw new UsageException(name + " is a folder, and not a pipe");
    }
    if (pages.isPresent()) {
      throw new UsageException(PAGES + " is not for " + name);
    }
  }

  @Override
  boolean stdoutTaken() {
    return isPipe(output);
  }

  @Override
  int run(Report report) throws IOException {
    report.about(nameOf(input));
    Losses losses = new Losses(lossy);
    Optional<Path> pages = Optional.empty();
    if (formats.toImage()) {
      makeImage(losses);
    } else if (formats.format() instanceof FolderFormat folder) {
      putImage(folder, losses, report);
    } else {
      pages = inline ? Optional.empty() : Optional.of(sideOf(output));
      putImage(pages, report);
    }
    losses.notes().forEach(report::note);
    say(report, pages);
    return ExitCode.DONE;
  }

  private static Path sideOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".pages");
  }

  private void makeImage(Losses losses) throws IOException {
    if (formats.format() instanceof FolderFormat folder) {
      requireFolder();
      InputFolder source = new PlainFolder(nameOf(input), input);
      makeImage(writer -> folder.toImage(source, writer, losses));
      return;
    }
    try (ReadableByteChannel channel = Channels.open(input)) {
      Optional<Path> beside =
          isPipe(input) ? Optional.empty() : Optional.of(input.toAbsolutePath().getParent());
      Source source = new FolderSource(nameOf(input), channel, beside);
      makeImage(writer -> formats.stream().orElseThrow().toImage(source, writer));
    }
  }

  private void requireFolder() throws IOException {
    if (!Files.exists(input)) {
      throw new NoSuchFileException(input.toString());
    }
    if (!Files.isDirectory(input)) {
      throw new CkptException(FailureCode.CONVERT_INPUT, nameOf(input) + " is no folder");
    }
  }

  /** Writes and finishes an image. */
  private interface ImageContent {
    void write(ImageWriter writer) throws IOException;
  }

  private void makeImage(ImageContent content) throws IOException {
    try (ImageKeys keys = ImageKeys.of(keyFile, nameOf(output))) {
      Optional<ImageKey> key = sealed ? Optional.of(keys.newKey()) : Optional.empty();
      try (ConvertedOutput file = ConvertedOutput.create(output, Optional.empty(), force);
          RevocableOutput revocable = new RevocableOutput(file, INTERRUPTED)) {
        Revocation.run(
            ending,
            revocable,
            () ->
                new NewImage(revocable, key, Optional.empty())
                    .write(
                        writer -> {
                          content.write(writer);
                          return 0;
                        },
                        sync,
                        Pace.NONE));
      }
    }
  }

  private void putImage(FolderFormat format, Losses losses, Report report) throws IOException {
    try (ReadableByteChannel channel = Channels.open(input);
        ImageKeys keys = ImageKeys.of(keyFile, nameOf(input));
        ImageReader reader = new ImageReader(channel, keys);
        FolderOutput folder = FolderOutput.create(output, INTERRUPTED)) {
      Revocation.run(
          ending,
          folder,
          () -> {
            ImageState state = ImageState.read(reader);
            try (ImageChain chain = ImageChain.open(state, Parents.of(input, keys))) {
              format.fromImage(state, new FoldedPages(reader, chain), folder, losses);
            }
            if (!isPipe(input)) {
              reader.requireEnd();
            }
            if (sync) {
              folder.sync();
            }
            folder.publish();
            return ExitCode.DONE;
          });
      sayUnsealed(reader, report);
    }
  }

  private void putImage(Optional<Path> pages, Report report) throws IOException {
    StreamFormat format = formats.stream().orElseThrow();
    Channels.refuseToLoseImage(output);
    if (pages.isPresent()) {
      Channels.refuseToLoseImage(pages.get());
    }
    try (ReadableByteChannel channel = Channels.open(input);
        ImageKeys keys = ImageKeys.of(keyFile, nameOf(input));
        ImageReader reader = new ImageReader(channel, keys);
        ConvertedOutput file = ConvertedOutput.create(output, pages, force);
        RevocableOutput revocable = new RevocableOutput(file, INTERRUPTED)) {
      Revocation.run(
          ending,
          revocable,
          () -> {
            format.fromImage(reader, new Target(revocable.channel(), file.side()));
            if (!isPipe(input)) {
              reader.requireEnd();
            }
            if (sync) {
              revocable.sync();
            }
            revocable.publish();
            return ExitCode.DONE;
          });
      sayUnsealed(reader, report);
    }
  }

  private static void sayUnsealed(ImageReader reader, Report report) {
    if (reader.seal().isPresent()) {
      report.note("the image is sealed, and what was made of it is not: anybody can read that");
    }
  }

  private void say(Report report, Optional<Path> pages) throws IOException {
    JsonObject result =
        new JsonObject()
            .put("input", input.toString())
            .put("output", output.toString())
            .put("from", formats.from())
            .put("to", formats.to());
    String made = " converted to " + formats.to();
    if (!isPipe(output)) {
      long lenBytes =
          Files.isDirectory(output) ? FolderOutput.lenBytes(output) : Files.size(output);
      made += " in " + Units.printable(output.toString()) + ": " + Units.bytes(lenBytes);
      result.put("outputBytes", lenBytes);
    }
    if (pages.isPresent()) {
      long lenBytes = Files.size(pages.get());
      String beside = Units.printable(pages.get().toString());
      made += ", and " + Units.bytes(lenBytes) + " of memory in " + beside;
      result.put("pages", pages.get().toString()).put("pagesBytes", lenBytes);
    }
    report.line(Units.printable(nameOf(input)) + made);
    report.result(result);
  }
}
