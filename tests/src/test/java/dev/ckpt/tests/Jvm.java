package dev.ckpt.tests;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM like this one, that starts fast. */
final class Jvm {
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
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return words;
  }
}
