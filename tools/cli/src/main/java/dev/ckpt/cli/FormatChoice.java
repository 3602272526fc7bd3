package dev.ckpt.cli;

import dev.ckpt.cli.args.UsageException;
import dev.ckpt.convert.FolderFormat;
import dev.ckpt.convert.Format;
import dev.ckpt.convert.Formats;
import dev.ckpt.convert.InputFolder;
import dev.ckpt.convert.PlainFolder;
import dev.ckpt.convert.StreamFormat;
import dev.ckpt.format.ImageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * From which format to which: one of them is that of images.
 *
 * @param format the other one
 * @param toImage whether that is what there is, and an image is to be made
 */
record FormatChoice(Format format, boolean toImage) {
  /** What the format of images is called. */
  static final String IMAGE = "ckpt";

  private static final String SUFFIX = "." + IMAGE;

  /**
   * The formats that were asked for, or else those that the names of the files end with.
   *
   * @param from of the input, if it was said
   * @param to of the output, if it was said
   */
  static FormatChoice of(Path input, Optional<String> from, Path output, Optional<String> to)
      throws UsageException {
    Optional<String> source = from.or(() -> ofName(input)).or(() -> ofContent(input));
    Optional<String> target = to.or(() -> ofName(output));
    if (source.isEmpty() && target.isEmpty()) {
      throw new UsageException("neither name ends as a format's: give --from and --to");
    }
    // One of the two is always the same.
    String known = source.or(() -> target).orElseThrow();
    if (!known.equals(IMAGE) && (source.isEmpty() || target.isEmpty())) {
      return new FormatChoice(Formats.named(known).orElseThrow(), source.isPresent());
    }
    if (target.isEmpty()) {
      throw new UsageException("the name of OUT does not end as a format's: give --to");
    } else if (source.isEmpty()) {
      throw new UsageException("the name of IN does not end as a format's: give --from");
    }
    String one = source.get();
    String other = target.get();
    if (one.equals(IMAGE) == other.equals(IMAGE)) {
      String both =
          one.equals(IMAGE) ? "both are images: ckpt merge writes one anew" : "neither is";
      throw new UsageException("one of the two is an image: " + both);
    }
    boolean toImage = other.equals(IMAGE);
    return new FormatChoice(Formats.named(toImage ? one : other).orElseThrow(), toImage);
  }

  private static Optional<String> ofName(Path file) {
    String name = file.toString();
    return name.endsWith(SUFFIX) ? Optional.of(IMAGE) : Formats.ofFile(name).map(Format::name);
  }

  /** What begins as an image is one, however it is named; a folder is told by its files. */
  private static Optional<String> ofContent(Path input) {
    try {
      if (!CkptCommand.isPipe(input) && Files.isDirectory(input)) {
        return ofFolder(input);
      }
      boolean image =
          !CkptCommand.isPipe(input) && Files.isRegularFile(input) && ImageFile.isImage(input);
      return image ? Optional.of(IMAGE) : Optional.empty();
    } catch (IOException e) {
      // It cannot be read: that is said when it is to be converted.
      return Optional.empty();
    }
  }

  private static Optional<String> ofFolder(Path input) throws IOException {
    InputFolder folder = new PlainFolder(input.toString(), input);
    for (Format each : Formats.all()) {
      if (each instanceof FolderFormat format && format.isThis(folder)) {
        return Optional.of(format.name());
      }
    }
    return Optional.empty();
  }

  /** The other format, if it is one of files. */
  Optional<StreamFormat> stream() {
    return format instanceof StreamFormat stream ? Optional.of(stream) : Optional.empty();
  }

  /** The format of what there is. */
  String from() {
    return toImage ? format.name() : IMAGE;
  }

  /** The format of what is made. */
  String to() {
    return toImage ? IMAGE : format.name();
  }
}
