package dev.ckpt.bench.live;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.EmbedRule;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.kernel.Clocks;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;

/** The library in this JVM, which is warm. */
final class LibraryTool implements Tool {
  private static final int CLOCK_PROCESS_CPUTIME_ID = 2;

  @Override
  public String name() {
    return "ckpt, warm JVM";
  }

  @Override
  public Cost dump(int pid, Path image) throws IOException {
    CheckpointOptions options = CheckpointOptions.of(pid).withSync(false).withEmbed(EmbedRule.NONE);
    long cpu = Clocks.now(CLOCK_PROCESS_CPUTIME_ID);
    CheckpointResult result;
    try (ImageFileOutput output = ImageFileOutput.create(image, false)) {
      result = Checkpoint.dump(options, output);
    }
    return new Cost(
        Map.of(
            Metric.DUMP_WALL, result.wallNanos(),
            Metric.FROZEN, result.frozenNanos(),
            Metric.DUMP_CPU, Clocks.now(CLOCK_PROCESS_CPUTIME_ID) - cpu,
            Metric.IMAGE, result.imageBytes()),
        result.phases());
  }

  @Override
  public Cost restore(int pid, Path image) throws IOException {
    long cpu = Clocks.now(CLOCK_PROCESS_CPUTIME_ID);
    RestartedTask task;
    try (FileChannel channel = FileChannel.open(image)) {
      task = Restart.restore(RestartOptions.of().withDetach(true), channel);
    }
    return new Cost(
        Map.of(
            Metric.RESTORE_WALL,
            task.wallNanos(),
            Metric.RESTORE_CPU,
            Clocks.now(CLOCK_PROCESS_CPUTIME_ID) - cpu),
        task.phases());
  }
}
