package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A program of the list, started by a shell that becomes it, and the shells that run the commands
 * of its entry. All of them are in the program's folder and know the functions of list.sh.
 *
 * <p>NB: a program that is fed reads a named pipe of which it has both ends, and never sees an end
 * of its input. Whoever writes into it must be gone before the dump.
 */
final class ListedShell {
  private static final int TAIL_CHARS = 500;

  private final LiveProgram live;
  private final String variables;
  private String twin = "";

  private ListedShell(LiveProgram live, int port) {
    this.live = live;
    this.variables = variables(port) + "PID=" + live.pid() + "\n";
  }

  /** Starts a program of the list; returns when the shell has become it. */
  static ListedShell start(ListedProgram program, int port) throws IOException {
    Path base = LiveProgram.newFolder();
    Path folder = base.resolve("own");
    StringBuilder script = new StringBuilder(variables(port));
    script.append("set -e; cd ").append(quoted(folder)).append("; ").append(functions());
    script.append("exec 2> err\n");
    program.prepare().ifPresent(prepare -> script.append(prepare).append('\n'));
    script.append("exec > out\n");
    if (program.isFed()) {
      script.append("mkfifo in; exec <> in\n");
    }
    script.append("exec ").append(program.run());
    ListedShell shell;
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      int fd = nothing.number();
      List<String> arguments = List.of("-c", script.toString());
      shell =
          new ListedShell(LiveProgram.start(Programs.needed("sh"), arguments, base, fd, fd), port);
    }
    boolean done = false;
    try {
      Await.until("that the shell becomes it", shell::isProgram, shell::describe);
      done = true;
      return shell;
    } finally {
      if (!done) {
        shell.live().close();
      }
    }
  }

  private boolean isProgram() throws IOException {
    Path cmdline = Path.of("/proc/" + live.pid() + "/cmdline");
    String words = Files.readString(cmdline, ISO_8859_1);
    return !words.isEmpty() && !words.contains(functions()) || live.hasEnded();
  }

  private static String variables(int port) {
    Path debian = Programs.root().resolve("target/debian");
    return "DEBIAN=" + quoted(debian) + "\nPORT=" + port + "\n";
  }

  private static String functions() {
    return ". " + quoted(Programs.root().resolve("tests/programs/list.sh")) + "\n";
  }

  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "'\\''") + "'";
  }

  LiveProgram live() {
    return live;
  }

  /** The folder that $TWIN is from now on. */
  void setTwin(Path folder) {
    twin = "TWIN=" + quoted(folder) + "\n";
  }

  /** Has the program read what a command prints. */
  void feed(Optional<String> command) throws IOException {
    if (command.isPresent()) {
      String line = "{ " + command.get() + "\n} > in";
      assertTrue(holds(line), this::describe);
    }
  }

  /** Whether a command succeeds. */
  boolean holds(String command) throws IOException {
    String script = variables + twin + functions() + command;
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .directory(live.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(live.besides("said").toFile())
            .start();
    try {
      Await.until("the end of " + command, () -> !process.isAlive(), this::describe);
      return process.exitValue() == 0;
    } finally {
      process.destroyForcibly();
    }
  }

  /** All there is to know of it when something is wrong. */
  String describe() {
    StringBuilder text = new StringBuilder(live.describe());
    for (Path file :
        List.of(live.folder().resolve("out"), live.folder().resolve("err"), live.besides("said"))) {
      text.append("\n").append(file.getFileName()).append(": ");
      try {
        String content = Files.readString(file, ISO_8859_1);
        text.append(content.substring(Math.max(0, content.length() - TAIL_CHARS)));
      } catch (IOException e) {
        text.append(e);
      }
    }
    return text.toString();
  }
}
