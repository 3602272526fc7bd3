package dev.ckpt.tests.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * What Jazzer calls. The system property {@code ckpt.fuzz.target} names the target; without it the
 * first byte of each input chooses one of all. {@code ckpt.fuzz.counts} names a file that gets the
 * counts of a run which found nothing.
 */
public final class Fuzz {
  private static final String TARGET = System.getProperty("ckpt.fuzz.target", "");
  private static final String COUNTS = System.getProperty("ckpt.fuzz.counts", "");

  private static List<FuzzTarget> targets = List.of();

  /** How often each target took its input, and how often it refused it. */
  private static final TreeMap<String, long[]> TAKEN_AND_REFUSED = new TreeMap<>();

  private Fuzz() {}

  /** Looks the targets up. */
  public static void fuzzerInitialize() throws IOException, ReflectiveOperationException {
    targets = TARGET.isEmpty() ? FuzzTargets.all() : List.of(FuzzTargets.named(TARGET));
    targets.forEach(target -> TAKEN_AND_REFUSED.put(target.name(), new long[2]));
  }

  /** One input; whatever it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) throws Throwable {
    FuzzTarget target = targets.get(0);
    byte[] rest = input;
    if (TARGET.isEmpty()) {
      if (input.length == 0) {
        return;
      }
      target = targets.get((input[0] & 0xff) % targets.size());
      rest = Arrays.copyOfRange(input, 1, input.length);
    }
    TAKEN_AND_REFUSED.get(target.name())[target.run(rest) ? 0 : 1]++;
  }

  /** One line for each target: its name, how often it took its input, how often it refused it. */
  public static void fuzzerTearDown() throws IOException {
    StringBuilder text = new StringBuilder();
    TAKEN_AND_REFUSED.forEach((name, n) -> text.append(name + " " + n[0] + " " + n[1] + "\n"));
    if (!COUNTS.isEmpty()) {
      Files.writeString(Path.of(COUNTS), text);
    }
  }
}
