package dev.ckpt.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/** The command that the variable CRIU names. */
final class CriuCommand {
  private static final int SECONDS = 60;

  private final String command;

  private CriuCommand(String command) {
    this.command = command;
  }

  /** The one, or the test is skipped. */
  static CriuCommand needed() {
    String command = System.getenv("CRIU");
    if (command == null || command.isEmpty()) {
      throw new TestAbortedException("no working criu is named by the variable CRIU");
    }
    return new CriuCommand(command);
  }

  /** Dumps a process, which ends. */
  void dump(int pid, Path folder) throws IOException {
    Files.createDirectory(folder);
    run(folder, "dump", "-t", Integer.toString(pid), "--file-locks");
  }

  /** Brings it back, as a child of whoever adopts orphans. */
  void restore(Path folder) throws IOException {
    run(folder, "restore", "-d", "--file-locks");
  }

  private void run(Path folder, String verb, String... options) throws IOException {
    String log = verb + ".log";
    List<String> words = new ArrayList<>(List.of(command, verb, "-D", folder.toString()));
    words.addAll(List.of("-v3", "-o", log));
    words.addAll(List.of(options));
    // NB: no pipe, for what is restored would have it for its output.
    Process process =
        new ProcessBuilder(words)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("criu " + verb + " does not end:\n" + errors(folder.resolve(log)));
      }
      if (process.exitValue() != 0) {
        throw new IOException("criu " + verb + ":\n" + errors(folder.resolve(log)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String errors(Path log) throws IOException {
    return String.join(
        "\n", Files.readAllLines(log).stream().filter(line -> line.contains("Error")).toList());
  }
}
