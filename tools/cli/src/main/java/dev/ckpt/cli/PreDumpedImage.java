package dev.ckpt.cli;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.format.ImageMerge;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.SealSecret;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

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
   * @param wanted asked whether anybody wants it still; published if all went well
   */
  static CheckpointResult dump(CheckpointOptions options, Path image, NewImage wanted)
      throws IOException {
    long begin = System.nanoTime();
    try (SealSecret secret = Secrets.forgotten();
        CheckpointSession session = CheckpointSession.open(options.pid());
        ImageFileOutput first = ImageFileOutput.create(image, true);
        ImageFileOutput second = ImageFileOutput.create(image, true)) {
      ImageOutput before = new UnseenOutput(first, wanted.output());
      ImageOutput after = new UnseenOutput(second, wanted.output());
      CheckpointOptions part = options.withSync(false);
      CheckpointResult copied = session.preDump(Secrets.with(part, secret), before, NAMELESS);
      CheckpointResult result = session.dump(Secrets.with(part, secret), after, NAMELESS);
      long imageBytes = merge(first, second, secret, options, wanted);
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
      NewImage wanted)
      throws IOException {
    try (FileChannel channel = after.reopen();
        ImageReader reader = new ImageReader(channel, secret)) {
      NewImage.Content both =
          writer ->
              ImageMerge.merge(reader, (parent, uuid) -> UnseenOutput.open(before, secret), writer);
      return wanted.write(both, options.sync(), options.pace()).imageBytes();
    }
  }
}
