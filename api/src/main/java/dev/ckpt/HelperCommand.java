package dev.ckpt;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program that is about to be started as a {@link HelperProcess}.
 *
 * <p>Each method that sets something returns another object and changes nothing. Threading: any.
 *
 * @param words the program, looked for in PATH if it has no slash, and its arguments
 * @param environment all of it; ours if not said otherwise
 * @param folder that it begins in; ours if not said
 * @param guard what ends it if we cannot
 */
public record HelperCommand(
    List<String> words, Map<String, String> environment, Optional<Path> folder, HelperGuard guard) {
  private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

  /** Takes copies. */
  public HelperCommand {
    if (words.isEmpty()) {
      throw new IllegalArgumentException("a command has at least one word");
    }
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
  }

  /** A command with our environment and folder. */
  public static HelperCommand of(String... words) {
    return new HelperCommand(List.of(words), System.getenv(), Optional.empty(), HelperGuard.NONE);
  }

  /** The same with a variable set. */
  public HelperCommand environment(String name, String value) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put(name, value);
    return new HelperCommand(words, all, folder, guard);
  }

  /** The same without any variable but those that are set from now on. */
  public HelperCommand clearEnvironment() {
    return new HelperCommand(words, Map.of(), folder, guard);
  }

  /** The same in another folder. */
  public HelperCommand folder(Path where) {
    return new HelperCommand(words, environment, Optional.of(where), guard);
  }

  /** The same, ended by a guard if this JVM does not come to it. */
  public HelperCommand guardedBy(HelperGuard other) {
    return new HelperCommand(words, environment, folder, other);
  }

  /**
   * Starts it in a session of its own, its standard input /dev/null, its output kept for us, all
   * other descriptors closed, no signal blocked or ignored.
   *
   * @throws IOException when there is no such program, or it cannot be executed
   */
  public HelperProcess start() throws IOException {
    Path program = find();
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDONLY);
        Fd output = HelperOutput.create()) {
      Spawn spawn =
          Spawn.program(program.toString())
              .arguments(words.subList(1, words.size()).toArray(String[]::new))
              .environment(environment)
              .stdio(nothing.number(), output.number(), output.number())
              .newSession();
      int pid = folder.isPresent() ? startIn(folder.get(), spawn) : spawn.start();
      return HelperProcess.begun(pid, () -> HelperOutput.of(output), guard);
    }
  }

  /** The folder belongs to the whole JVM; only a thread of its own can have another. */
  private static int startIn(Path where, Spawn spawn) throws IOException {
    return Outcome.of(
        SideThread.once(
            "ckpt-spawn",
            () -> {
              Tasks.enterFolder(where.toString());
              return spawn.start();
            }));
  }

  private Path find() throws IOException {
    String name = words.get(0);
    List<Path> candidates = new ArrayList<>();
    if (name.contains("/")) {
      candidates.add(folder.orElse(Path.of("")).toAbsolutePath().resolve(name));
    } else {
      for (String each : environment.getOrDefault("PATH", DEFAULT_PATH).split(":")) {
        candidates.add(Path.of(each).toAbsolutePath().resolve(name));
      }
    }
    return candidates.stream()
        .filter(each -> Files.isRegularFile(each) && Files.isExecutable(each))
        .findFirst()
        .orElseThrow(() -> new FileNotFoundException("no program " + name + " in " + candidates));
  }
}
