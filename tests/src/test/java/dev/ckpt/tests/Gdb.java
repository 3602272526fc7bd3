package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real gdb that looks at a core file, once, and what it said to each command. */
final class Gdb {
  private static final int PATIENCE_SECONDS = 120;
  private static final String MARK = "<answer>";

  private final String output;
  private final List<String> answers;

  private Gdb(String output) {
    this.output = output;
    String[] parts = output.split(MARK + "\n", -1);
    answers = List.of(parts).subList(1, parts.length);
  }

  /** Opens a core file of a program and gives commands; skips the test where there is no gdb. */
  static Gdb of(Path program, Path core, String... commands) throws IOException {
    List<String> words = new ArrayList<>(List.of(Programs.needed("gdb").toString(), "-nx"));
    words.addAll(List.of("-batch", "-iex", "set debuginfod enabled off", "-iex", "set width 0"));
    words.addAll(List.of("-iex", "set print thread-events off", program.toString()));
    words.add(core.toString());
    for (String command : commands) {
      words.addAll(List.of("-ex", "echo " + MARK + "\\n", "-ex", command));
    }
    return new Gdb(run(words));
  }

  /** Runs a command to its end, whatever it ends with. */
  static String run(List<String> words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), output);
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** The answer to a command, by its place among them. */
  String answer(int number) {
    assertTrue(number < answers.size(), output);
    return answers.get(number);
  }

  /** All answers say these things, one each. */
  void expect(String... parts) {
    assertEquals(parts.length, answers.size(), output);
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i];
      assertTrue(answer(i).contains(part), () -> "no '" + part + "' in " + output);
    }
  }

  /** What it said before the first command, without what numbers the threads. */
  List<String> greeting() {
    return output
        .substring(0, output.indexOf(MARK))
        .lines()
        .filter(line -> !line.isBlank() && !line.contains("LWP"))
        .toList();
  }

  /** The functions of a backtrace, innermost first. */
  static List<String> functions(String backtrace) {
    return backtrace
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#\\d+ +(0x[0-9a-f]+ in )?", "").split(" ")[0])
        .toList();
  }

  @Override
  public String toString() {
    return output;
  }
}
