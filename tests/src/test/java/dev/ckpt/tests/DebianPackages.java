package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.opentest4j.TestAbortedException;

/**
 * Debian packages for tests, unpacked where they are not installed: no service starts, no right is
 * needed. What cannot be had has a reason, and its tests are skipped.
 */
final class DebianPackages {
  private final Map<String, String> reasons;

  private DebianPackages(Map<String, String> reasons) {
    this.reasons = reasons;
  }

  /** Gets all that is missing at once, which takes a second or two each time that apt is asked. */
  static DebianPackages of(Collection<String> names) throws IOException {
    List<String> words = new ArrayList<>(List.of("sh"));
    words.add(Programs.root().resolve("tests/programs/unpack.sh").toString());
    words.addAll(names);
    Path answer = Files.createTempFile("packages", "");
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(answer.toFile())
              .start();
      int status = process.waitFor();
      String text = Files.readString(answer, UTF_8);
      if (status != 0) {
        throw new IOException("unpack.sh ended with " + status + ": " + text);
      }
      Map<String, String> reasons = new HashMap<>();
      text.lines().forEach(line -> reasons.put(line.substring(0, line.indexOf(':')), line));
      return new DebianPackages(reasons);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(answer);
    }
  }

  /** Skips a test that has nothing to do without them. */
  void need(Collection<String> names) {
    for (String name : names) {
      if (reasons.containsKey(name)) {
        throw new TestAbortedException("no package " + reasons.get(name));
      }
    }
  }
}
