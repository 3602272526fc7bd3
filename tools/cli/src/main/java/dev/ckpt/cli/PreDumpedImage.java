package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.ImageMerge;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.SealSecret;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An image whose pages were copied before the task was frozen, but for those that it wrote
 * meanwhile: two images upon each other, in files without a name beside the one to be, and then
 * that, made of both.
 *
 * <p>The two are sealed if it is, with a secret that is forgotten.
 */
final class PreDumpedImage {
  private static final Path NAMELESS = Path.of("/proc/self/fd/none");

  private PreDumpedImage() {}

  /**
   * Dumps a task.
   *
   * @param options the key in them is that of the image
   * @param image where the output will stand
   * @param output asked whether anybody wants it still; published if all went well
   */
  static CheckpointResult dump(CheckpointOptions options, Path image, RevocableOutput output)
      throws IOException {
    long begin = System.nanoTime();
    try (SealSecret secret = Secrets.forgotten();
        CheckpointSession session = CheckpointSession.open(options.pid());
        ImageFileOutput first = ImageFileOutput.create(image, true);
        ImageFileOutput second = ImageFileOutput.create(image, true)) {
      ImageOutput before = new UnseenOutput(first, output);
      ImageOutput after = new UnseenOutput(second, output);
      CheckpointOptions part = options.withSync(false);
      CheckpointResult copied = session.preDump(Secrets.with(part, secret), before, NAMELESS);
      CheckpointResult result = session.dump(Secrets.with(part, secret), after, NAMELESS);
      long imageBytes = merge(first, second, secret, options, output);
      return new CheckpointResult(
          result.pid(),
          result.uuid(),
          result.backend(),
          result.nrThreads(),
          copied.frozenNanos() + result.frozenNanos(),
          System.nanoTime() - begin,
          result.dataPages() + result.keptPages(),
          result.zeroPages(),
          0,
          imageBytes,
          result.phases());
    }
  }

  private static long merge(
      ImageFileOutput before,
      ImageFileOutput after,
      SealSecret secret,
      CheckpointOptions options,
      RevocableOutput output)
      throws IOException {
    Optional<ImageKey> key = options.key();
    try (FileChannel channel = after.reopen();
        ImageReader reader = new ImageReader(channel, secret);
        ImageWriter writer =
            new ImageWriter(new PacedChannel(output.channel(), options.pace()), key)) {
      ImageMerge.merge(reader, (parent, uuid) -> open(before, secret), writer);
      if (options.sync()) {
        output.sync();
      }
      output.publish();
      return writer.offset();
    }
  }

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private static ImageFile open(ImageFileOutput part, SealSecret secret) throws IOException {
    return ImageFile.of(part.reopen(), secret);
  }
}
