package dev.ckpt.cli;

import dev.ckpt.core.thread.Pace;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.util.Optional;

/**
 * An image that is made of others.
 *
 * @param output where it goes
 * @param key what it is sealed with, if at all
 * @param codec what its pages are compressed by, if at all
 */
record NewImage(RevocableOutput output, Optional<ImageKey> key, Optional<PageCodec> codec) {
  /** What it is made of. */
  interface Content {
    /** Writes all of it, and finishes it; says how many of something there were. */
    long write(ImageWriter writer) throws IOException;
  }

  /**
   * What came of it.
   *
   * @param number what the content has said
   * @param imageBytes its size
   */
  record Written(long number, long imageBytes) {}

  /** Writes it, and publishes it. */
  Written write(Content content, boolean sync, Pace pace) throws IOException {
    try (ImageWriter writer =
        new ImageWriter(new PacedChannel(output.channel(), pace), key, codec)) {
      long number = content.write(writer);
      if (sync) {
        output.sync();
      }
      output.publish();
      return new Written(number, writer.offset());
    }
  }
}
