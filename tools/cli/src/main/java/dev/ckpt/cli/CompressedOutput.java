package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.format.ImageCopy;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.SealSecret;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** An image that is to be compressed, and the option that says so. */
final class CompressedOutput extends RewrittenOutput {
  private static final String COMPRESS = "--compress";

  private CompressedOutput(ImageFileOutput plain, SealSecret secret, NewImage wanted) {
    super(plain, secret, wanted);
  }

  /** Dumps a task into an output, in one way or another. */
  interface Dumping {
    CheckpointResult dump(CheckpointOptions options, ImageOutput output) throws IOException;
  }

  /**
   * Dumps a task into an image that is compressed if it is to be.
   *
   * @param image where it will stand
   */
  static CheckpointResult dump(
      CheckpointOptions options, Path image, NewImage wanted, Dumping dumping) throws IOException {
    if (wanted.codec().isEmpty()) {
      return dumping.dump(options, wanted.output());
    }
    try (SealSecret secret = Secrets.forgotten();
        ImageFileOutput plain = ImageFileOutput.create(image, true)) {
      CompressedOutput output = new CompressedOutput(plain, secret, wanted);
      CheckpointResult result = dumping.dump(Secrets.with(options, secret), output);
      return result.withImageBytes(output.imageBytes());
    }
  }

  /** The option; the text begins with what it does here. */
  static OptionSpec option(String text) {
    return Spec.choice(
        names(),
        "CODEC",
        text + " by lz4, which is fast, or by zstd, which makes it smaller.",
        COMPRESS);
  }

  /** What the arguments say. */
  static Optional<PageCodec> codec(ParseResult arguments) {
    return Spec.value(arguments, COMPRESS)
        .map(name -> PageCodec.valueOf(name.toUpperCase(Locale.ROOT)));
  }

  private static List<String> names() {
    return Stream.of(PageCodec.values()).map(CompressedOutput::name).toList();
  }

  private static String name(PageCodec codec) {
    return codec.name().toLowerCase(Locale.ROOT);
  }

  @Override
  long write(ImageFile plain, ImageWriter writer) throws IOException {
    try (ImageReader reader = plain.reader()) {
      ImageCopy.copy(reader, writer);
    }
    return 0;
  }
}
