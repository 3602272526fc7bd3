package dev.ckpt.tests;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM like this one, that starts fast. */
final class Jvm {
  /** The first Java that warns of what JNA and Chronicle do, unless it is told that they may. */
  private static final int WARNS = 24;

  private Jvm() {}

  /** What to run, up to the name of the main class. */
  static List<String> words() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    words.add("-Xmx256m");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(word -> word.startsWith("--add-"))
        .forEach(words::add);
    if (Runtime.version().feature() >= WARNS) {
      // As bin/ckpt does: the warnings would stand among what the command itself says.
      words.add("--enable-native-access=ALL-UNNAMED");
      words.add("--sun-misc-unsafe-memory-access=allow");
    }
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return words;
  }
}
