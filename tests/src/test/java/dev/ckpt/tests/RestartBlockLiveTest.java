package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.RestartBlock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A restored thread waits for what was left of its time-out. Bounds follow from clocks that are
 * read before and after; nothing here depends on how fast the machine is.
 */
@Tag("live")
class RestartBlockLiveTest {
  private static final long TIMEOUT_NANOS = 20_000_000_000L;
  private static final long SLEPT_NANOS = 1_000_000_000;
  private static final int NR_SLEEPERS = 4;
  private static final int RESTART_SYSCALL = 219;

  @Test
  void timeoutsGoOnWhereTheyWere() throws IOException {
    Programs.Program program = new Programs.Program("time_left 20000", "save", 0);
    long beforeStart = System.nanoTime();
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      long ready = System.nanoTime();
      Await.until(
          "a while", () -> System.nanoTime() - ready > SLEPT_NANOS, () -> "time stands still");
      Path image = live.besides("image");
      long beforeDump = System.nanoTime();
      live.dump(image, true);
      long gone = System.nanoTime();
      for (Map.Entry<Integer, Long> left : sleepers(image, live.pid()).entrySet()) {
        // A scheduler that does not tell (no CONFIG_SCHED_DEBUG) has them start over.
        long most =
            schedulerTells()
                ? TIMEOUT_NANOS - (beforeDump - ready) + SLEPT_NANOS / 2
                : TIMEOUT_NANOS;
        long least = TIMEOUT_NANOS - (gone - beforeStart);
        assertTrue(left.getValue() <= most, left + " ns left, at most " + most);
        assertTrue(left.getValue() >= least, left + " ns left, at least " + least);
      }
      long beforeRestore = System.nanoTime();
      live.restore(image, false);
      for (int tid : sleepers(image, live.pid()).keySet()) {
        // It waits by a restart block, as soon as it has run at all.
        Await.until(
            "thread " + tid + " in restart_syscall",
            () -> ProcFs.of(live.pid()).syscall(tid).nr() == RESTART_SYSCALL,
            live::describe);
      }
      live.finish(0);
      expectNotTooEarly(live.lines(), beforeRestore - gone);
    }
  }

  private static boolean schedulerTells() throws IOException {
    return java.nio.file.Files.exists(Path.of("/proc/self/sched"));
  }

  private static void expectNotTooEarly(List<String> lines, long awayNanos) {
    int nr = 0;
    for (String line : lines) {
      if (line.startsWith("slept ")) {
        String[] words = line.split(" ");
        long slept = Long.parseLong(words[3]) - Long.parseLong(words[2]) - awayNanos;
        assertTrue(slept >= TIMEOUT_NANOS, line + ", of which " + awayNanos + " away");
        nr++;
      }
    }
    assertEquals(NR_SLEEPERS, nr);
  }

  /** What is left for each thread but the leader, which only waits for the test. */
  private static Map<Integer, Long> sleepers(Path image, int leader) throws IOException {
    Map<Integer, Long> left = new TreeMap<>();
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel)) {
      for (RestartBlock block : ImageState.read(reader).all(RestartBlock.class)) {
        if (block.tid() != leader) {
          left.put(block.tid(), block.leftNanos());
        }
      }
    }
    assertEquals(NR_SLEEPERS, left.size(), left.toString());
    return left;
  }
}
