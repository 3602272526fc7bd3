package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The {@code ckpt} command in a process of its own, made of the classes under test. Closing it ends
 * it.
 *
 * <p>NB: started by {@link Spawn}, with all signals at their default. Who started us may ignore
 * SIGINT, as shells have their background jobs do, and a child of java.lang.Process would too.
 */
final class CkptProcess implements AutoCloseable {
  private static final int SIGNALLED = 128;
  private static final int RUNS = -1;

  private final int pid;
  private final Path errors;
  private int code = RUNS;

  private CkptProcess(int pid, Path errors) {
    this.pid = pid;
    this.errors = errors;
  }

  /** What to run for it in any process, without the arguments; with options of the JVM. */
  static List<String> words(String... options) {
    List<String> words = Jvm.words();
    words.addAll(List.of(options));
    words.add("dev.ckpt.cli.Main");
    return words;
  }

  /** Writes a shell script that is the command. */
  static void writeScript(Path file) throws IOException {
    String words =
        words().stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    Files.writeString(file, "#!/bin/sh\nexec " + words + " \"$@\"\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  /** Starts it with nothing to read and nowhere to write; errors go into a file. */
  static CkptProcess start(Path errors, String... arguments) throws IOException {
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      return start(nothing, nothing, errors, arguments);
    }
  }

  /** Starts it with descriptors of ours, which stay ours. */
  static CkptProcess start(Fd in, Fd out, Path errors, String... arguments) throws IOException {
    List<String> words = new ArrayList<>(words());
    words.addAll(List.of(arguments));
    return start(in, out, errors, words);
  }

  /** Starts any words that become the command in the end. */
  static CkptProcess start(Fd in, Fd out, Path errors, List<String> words) throws IOException {
    return start(in, out, errors, Map.of(), words);
  }

  /** The same with further variables of the environment. */
  static CkptProcess start(
      Fd in, Fd out, Path errors, Map<String, String> variables, List<String> words)
      throws IOException {
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("PATH", System.getenv("PATH"));
    environment.put("LC_ALL", "C.UTF-8");
    int flags = Fcntl.O_CREAT | Fcntl.O_WRONLY | Fcntl.O_APPEND;
    try (Fd err = Fd.open(errors.toString().getBytes(UTF_8), flags, 0600)) {
      int pid =
          Spawn.program(words.get(0))
              .arguments(words.subList(1, words.size()).toArray(String[]::new))
              .environment(environment)
              .stdio(in.number(), out.number(), err.number())
              .newSession()
              .start();
      return new CkptProcess(pid, errors);
    }
  }

  int pid() {
    return pid;
  }

  void send(int signal) throws IOException {
    Signals.kill(pid, signal);
  }

  /** What it wrote to standard error so far. */
  String errors() throws IOException {
    return Files.readString(errors);
  }

  boolean hasEnded() throws IOException {
    if (code == RUNS) {
      Ptrace.WaitResult result = Ptrace.waitFor(pid, Ptrace.WNOHANG);
      if (result.pid() == pid) {
        int signal = result.status() & 0x7f;
        code = signal == 0 ? result.status() >> 8 & 0xff : SIGNALLED + signal;
      }
    }
    return code != RUNS;
  }

  /** Waits for its end; returns its exit code, or 128 and the signal. */
  int awaitExit() throws IOException {
    Await.until("the end of ckpt", this::hasEnded, this::describe);
    return code;
  }

  private String describe() {
    try {
      return "pid " + pid + " said: " + errors();
    } catch (IOException e) {
      return "pid " + pid + ": " + e.getMessage();
    }
  }

  @Override
  public void close() throws IOException {
    if (!hasEnded()) {
      send(Signals.SIGKILL);
      awaitExit();
    }
  }
}
