package dev.ckpt.convert.json;

import dev.ckpt.convert.Source;
import dev.ckpt.convert.StreamFormat;
import dev.ckpt.convert.Target;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import java.io.IOException;
import java.util.List;

/** Images as JSON, for people, for diff and grep, and for programs in any language. */
public final class JsonFormat implements StreamFormat {
  /** What the first field of every file says. */
  static final String FORMAT = "ckpt-json";

  /** The newest version that this build reads, and the one that it writes. */
  static final int VERSION = 1;

  @Override
  public String name() {
    return "json";
  }

  @Override
  public List<String> suffixes() {
    return List.of(".json");
  }

  @Override
  public void fromImage(ImageReader image, Target target) throws IOException {
    new JsonImageWriter(target).write(image);
  }

  @Override
  public void toImage(Source source, ImageWriter image) throws IOException {
    new JsonImageReader(source, image).read();
  }
}
