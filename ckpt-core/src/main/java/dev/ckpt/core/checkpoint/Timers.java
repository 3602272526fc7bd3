package dev.ckpt.core.checkpoint;

import dev.ckpt.format.record.Itimers;
import java.util.ArrayList;
import java.util.List;

/** The three interval timers of setitimer(2). */
final class Timers {
  private static final int WORDS = 4;
  private static final long MICROS = 1_000_000;

  private Timers() {}

  /** Adds the record. */
  static void save(CkptContext context, RemoteQueries answers) {
    List<Itimers.Itimer> timers = new ArrayList<>();
    long[] words = answers.process().itimers();
    for (int i = 0; i < words.length; i += WORDS) {
      // struct itimerval: interval seconds and microseconds, value seconds and microseconds
      timers.add(
          new Itimers.Itimer(
              words[i] * MICROS + words[i + 1], words[i + 2] * MICROS + words[i + 3]));
    }
    context.add(new Itimers(timers));
  }
}
