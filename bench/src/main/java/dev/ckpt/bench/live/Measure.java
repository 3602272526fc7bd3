package dev.ckpt.bench.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a command cost, as measure.c saw it.
 *
 * @param cpuNanos of the command and the children that it waited for
 * @param anonBytes its largest anonymous memory, looked at every half millisecond
 * @param rssBytes its largest resident memory, as the kernel counts it
 */
record Measure(long wallNanos, long cpuNanos, long anonBytes, long rssBytes) {
  private static final long MICRO = 1000;
  private static final long KIB = 1024;

  /**
   * Runs a command.
   *
   * @throws IOException if it fails, with what it said
   */
  static Measure of(Workshop workshop, List<String> command) throws IOException {
    Path result = workshop.file("result");
    List<String> words = new ArrayList<>();
    words.add(workshop.program("measure").toString());
    words.add(result.toString());
    words.addAll(command);
    String said = workshop.run(words.toArray(String[]::new));
    String[] numbers = Files.readString(result).strip().split(" ");
    if (!numbers[0].equals("0")) {
      throw new IOException(
          String.join(" ", command) + ": status " + numbers[0] + ": " + said.strip());
    }
    return new Measure(
        Long.parseLong(numbers[1]),
        Long.parseLong(numbers[2]) * MICRO,
        Long.parseLong(numbers[3]) * KIB,
        Long.parseLong(numbers[4]) * KIB);
  }
}
