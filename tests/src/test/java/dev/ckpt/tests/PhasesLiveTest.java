package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.record.Statistics;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the time of a dump and of a restore went, in the order of their steps. */
@Tag("live")
class PhasesLiveTest {
  private static final List<String> TO_THE_PAGES =
      List.of(
          "look",
          "rehearse",
          "prepare",
          "freeze",
          "survey",
          "maps",
          "ask",
          "records",
          "state",
          "pages");

  private static LiveProgram start() throws IOException {
    LiveProgram live = LiveProgram.start(new Programs.Program("exit_code", "save", 42));
    live.awaitReady();
    return live;
  }

  private static Statistics statistics(Path image) throws IOException {
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel)) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record() instanceof Statistics found) {
          return found;
        }
      }
    }
    throw new AssertionError("no statistics in " + image);
  }

  private static List<String> phasesIn(Path image) throws IOException {
    return statistics(image).entries().stream()
        .map(entry -> entry.name().toString())
        .filter(name -> name.startsWith("phase."))
        .map(name -> name.substring("phase.".length(), name.length() - "Nanos".length()))
        .toList();
  }

  private static long sum(Map<String, Long> phases) {
    return phases.values().stream().mapToLong(Long::longValue).sum();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDumpTellsItsPhases(boolean stop) throws IOException {
    List<String> rest = stop ? List.of("publish", "kill") : List.of("thaw", "publish");
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      CheckpointResult result = live.dump(image, stop);
      assertEquals(concat(TO_THE_PAGES, rest), List.copyOf(result.phases().keySet()));
      assertTrue(sum(result.phases()) <= result.wallNanos(), result.toString());
      // What came after the statistics were written cannot be in them.
      assertEquals(stop ? TO_THE_PAGES : concat(TO_THE_PAGES, List.of("thaw")), phasesIn(image));
    }
  }

  @Test
  void aRestoreTellsItsPhases() throws IOException {
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      live.dump(image, true);
      RestartedTask task = live.restore(image, false);
      assertEquals(
          List.of(
              "read",
              "check",
              "stub",
              "birth",
              "settle",
              "map",
              "pages",
              "memory",
              "files",
              "threads",
              "registers",
              "finish",
              "letGo"),
          List.copyOf(task.phases().keySet()));
      assertTrue(sum(task.phases()) <= task.wallNanos(), task.phases().toString());
      live.finish(42);
    }
  }

  private static List<String> concat(List<String> first, List<String> second) {
    return Stream.of(first, second).flatMap(List::stream).toList();
  }
}
