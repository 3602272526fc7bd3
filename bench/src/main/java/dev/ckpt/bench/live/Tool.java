package dev.ckpt.bench.live;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** One way to dump and restore. */
interface Tool {
  /** As it stands in the tables. */
  String name();

  /** Dumps a task, which runs on. */
  Cost dump(int pid, Path image) throws IOException;

  /** Brings it back; it runs when this returns. */
  Cost restore(int pid, Path image) throws IOException;

  /** Called when the task that it restored has ended. */
  default void over() throws IOException {}

  /**
   * What it cost.
   *
   * @param measured what is known of it
   * @param phases where the time went, if it tells
   */
  record Cost(Map<Metric, Long> measured, Map<String, Long> phases) {}
}
