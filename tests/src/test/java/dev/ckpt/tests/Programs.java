package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** The programs that check themselves: compiles them once, and knows what MANIFEST says of each. */
final class Programs {
  /**
   * A line of MANIFEST.
   *
   * @param name with its arguments, as in {@code refuse nice}
   * @param category save, tcp-close, tcp-established, ext-unix, refuse or victim
   * @param exitStatus as a shell says it, 128 and the signal for a killed one
   */
  record Program(String name, String category, int exitStatus) {
    String file() {
      return name.split(" ")[0];
    }

    boolean isScript() {
      return interpreter(file()).isPresent();
    }

    List<String> arguments() {
      List<String> words = Arrays.asList(name.split(" "));
      return words.subList(1, words.size());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Path built;

  private Programs() {}

  /** Those of a category; the property {@code ckpt.program} names a single one. */
  static List<Program> of(String category) {
    String only = System.getProperty("ckpt.program", "");
    return all().stream()
        .filter(program -> program.category().equals(category))
        .filter(program -> only.isEmpty() || program.name().equals(only))
        .toList();
  }

  static List<Program> all() {
    List<Program> programs = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(sources().resolve("MANIFEST"), UTF_8)) {
        if (!line.startsWith("#") && !line.isBlank()) {
          String[] columns = line.split("\t");
          programs.add(new Program(columns[0], columns[1], Integer.parseInt(columns[2])));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return programs;
  }

  /** Where the compiled programs are. */
  static synchronized Path folder() throws IOException {
    if (built == null) {
      Path target = root().resolve("tests/target/programs");
      Process build =
          new ProcessBuilder("sh", sources().resolve("build.sh").toString(), target.toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(build.getInputStream().readAllBytes(), UTF_8);
      try {
        if (build.waitFor() != 0) {
          throw new IOException("build.sh failed: " + output);
        }
      } catch (InterruptedException e) {
        throw new IOException("interrupted while the programs were built", e);
      }
      built = target;
    }
    return built;
  }

  /** The interpreter of a script by its name, nothing for a program of its own. */
  static Optional<String> interpreter(String file) {
    if (file.endsWith(".py")) {
      return Optional.of("python3");
    }
    return file.endsWith(".pl") ? Optional.of("perl") : Optional.empty();
  }

  /** The file that a command stands for. */
  static Optional<Path> onPath(String command) {
    return Stream.concat(
            Arrays.stream(System.getenv("PATH").split(":")).map(Path::of), Stream.of(unpacked()))
        .map(folder -> folder.resolve(command))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The same of one without which a test has nothing to do. */
  static Path needed(String command) {
    return onPath(command)
        .orElseThrow(() -> new TestAbortedException(command + " is not installed"));
  }

  /** Where bin/test puts what must not be installed. */
  private static Path unpacked() {
    return root().resolve("target/debian/usr/bin");
  }

  private static Path sources() {
    return root().resolve("tests/programs");
  }

  /** The tests run in their module's folder; an editor may start them elsewhere in the tree. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("format-spec"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("started outside of the source tree");
      }
    }
    return folder;
  }
}
