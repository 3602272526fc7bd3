package dev.ckpt.tests.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A run of Jazzer in a JVM of its own. */
final class Fuzzer {
  private static final Path OPTIONS = Path.of("src/test/resources/fuzz/jazzer.options");

  /** NB: no bound of the test, but for a machine that has come to a halt. */
  private static final int PATIENCE_SECONDS = 900;

  private static final int MAX_LOG_CHARS = 20_000;

  private final Path folder;
  private final Path seeds;
  private final List<String> properties = new ArrayList<>();

  /** One that begins with the inputs of a folder, and leaves what it finds in another. */
  Fuzzer(Path folder, Path seeds) {
    this.folder = folder;
    this.seeds = seeds;
  }

  Fuzzer with(String property, String value) {
    properties.add("-D" + property + "=" + value);
    return this;
  }

  /**
   * Runs it to the end.
   *
   * @return its exit status: not 0 when it found anything
   */
  int run(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Most of a short run is the beginning of the JVM.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(properties);
    command.add("-Djava.io.tmpdir=" + folder);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "@" + OPTIONS));
    command.add("-timeout=" + PATIENCE_SECONDS / 2);
    command.addAll(List.of("--reproducer_path=" + folder, "-artifact_prefix=" + folder + "/"));
    command.addAll(List.of(options));
    command.add(Files.createDirectories(folder.resolve("corpus")).toString());
    command.add(seeds.toString());
    Process fuzzer =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    try {
      if (!fuzzer.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("the fuzzer did not end: " + log());
      }
      return fuzzer.exitValue();
    } finally {
      fuzzer.destroyForcibly().waitFor();
    }
  }

  /** The end of what it said. */
  String log() throws IOException {
    String log = Files.readString(folder.resolve("log"));
    return log.substring(Math.max(0, log.length() - MAX_LOG_CHARS));
  }
}
