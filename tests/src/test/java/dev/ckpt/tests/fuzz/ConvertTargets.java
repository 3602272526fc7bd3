package dev.ckpt.tests.fuzz;

import dev.ckpt.convert.FolderSource;
import dev.ckpt.convert.Format;
import dev.ckpt.convert.Formats;
import dev.ckpt.convert.StreamFormat;
import dev.ckpt.convert.Target;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The readers of other formats. What one takes is an image that can be read, and that comes back
 * from the same format as it is.
 */
final class ConvertTargets {
  private static final Set<Code> CODES =
      Set.of(FailureCode.CONVERT_INPUT, FailureCode.CONVERT_VERSION);

  private static final Predicate<Throwable> REFUSED =
      e -> e instanceof CkptException known && CODES.contains(known.code());

  private ConvertTargets() {}

  static List<FuzzTarget> all() {
    List<FuzzTarget> all = new ArrayList<>();
    for (Format each : Formats.all()) {
      if (each instanceof StreamFormat format) {
        FuzzTarget.Reader reader = input -> read(format, input);
        all.add(new FuzzTarget("convert." + format.name(), reader, REFUSED, () -> seeds(format)));
      }
    }
    return all;
  }

  private static List<byte[]> seeds(StreamFormat format) throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (byte[] image : SeedImages.all()) {
      seeds.add(converted(format, image));
    }
    return seeds;
  }

  private static byte[] converted(StreamFormat format, byte[] image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)))) {
      format.fromImage(reader, new Target(Channels.newChannel(out), Optional.empty()));
    }
    return out.toByteArray();
  }

  private static void read(StreamFormat format, byte[] input) throws IOException {
    byte[] image = image(format, input);
    byte[] again = image(format, converted(format, image));
    if (!Arrays.equals(image, again)) {
      throw new AssertionError("another image comes back from " + format.name());
    }
  }

  private static byte[] image(StreamFormat format, byte[] input) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FolderSource source =
        new FolderSource(
            "input", Channels.newChannel(new ByteArrayInputStream(input)), Optional.empty());
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(out))) {
      format.toImage(source, writer);
    }
    return out.toByteArray();
  }
}
