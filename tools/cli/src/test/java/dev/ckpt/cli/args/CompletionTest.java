package dev.ckpt.cli.args;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.CommandSpec;

class CompletionTest {
  private static final CommandSpec PROGRAM =
      Spec.command("prog", "Does it.", "")
          .addSubcommand(
              "dump",
              Spec.finish(
                  Spec.command("dump", "Dumps.", "")
                      .addPositional(Spec.parameter("PID", true, "It."))
                      .addOption(Spec.value("IMAGE", "It's [here].", "-o", "--output"))
                      .addOption(Spec.choice(List.of("old", "new"), "KIND", "What.", "--kind"))))
          .addSubcommand(
              "show",
              Spec.finish(
                  Spec.command("show", "Shows.", "")
                      .addPositional(Spec.parameter("IMAGE", true, "It."))))
          .addSubcommand(
              "diff",
              Spec.finish(
                  Spec.command("diff", "Compares.", "")
                      .addPositional(Spec.parameter(0, "A", true, "It."))
                      .addPositional(Spec.parameter(1, "B", true, "The other."))))
          .addSubcommand(
              "help",
              Spec.command("help", "Helps.", "")
                  .addPositional(Spec.parameter("COMMAND", false, "It.")));

  @TempDir Path folder;

  /** What bash offers for a line that is cut into words as bash does it. */
  private List<String> bash(String... words) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")));
    String script =
        Completion.of("bash").script(PROGRAM)
            + "\n"
            + "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)); _prog; printf '%s\\n"
            + "' \"${COMPREPLY[@]}\"";
    Path file = Files.writeString(folder.resolve("script"), script);
    List<String> command = new ArrayList<>(List.of("/bin/bash", "-u", file.toString()));
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.lines().filter(line -> !line.isEmpty()).sorted().toList();
  }

  @Test
  void offersCommands() throws Exception {
    assertEquals(List.of("diff", "dump", "help", "show"), withoutOptions(bash("prog", "")));
    assertEquals(List.of("show"), bash("prog", "s"));
    assertEquals(List.of("diff", "dump"), bash("prog", "help", "d"));
  }

  private static List<String> withoutOptions(List<String> words) {
    return words.stream().filter(word -> !word.startsWith("-")).toList();
  }

  @Test
  void offersOptionsAndTheirValues() throws Exception {
    assertEquals(List.of("--kind"), bash("prog", "dump", "--k"));
    assertEquals(List.of("new", "old"), bash("prog", "dump", "--kind", ""));
    assertEquals(List.of("new", "old"), bash("prog", "dump", "--kind", "="));
    assertEquals(List.of("new"), bash("prog", "dump", "--kind", "=", "n"));
  }

  @Test
  void offersFilesWithSpacesInTheirNames() throws IOException, Exception {
    Files.writeString(folder.resolve("an image"), "");

    assertEquals(List.of("an image"), bash("prog", "show", "an"));
    assertEquals(List.of("an image"), bash("prog", "dump", "-o", "an"));
    assertEquals(List.of("an image"), bash("prog", "dump", "--output", "=", "an"));
  }

  @Test
  void offersFilesInBothPlaces() throws Exception {
    Files.writeString(folder.resolve("image"), "");

    assertEquals(List.of("image"), bash("prog", "diff", "im"));
    assertEquals(List.of("image"), bash("prog", "diff", "image", "im"));
    String zsh = Completion.of("zsh").script(PROGRAM);
    assertTrue(zsh.contains("'1:A:_files'") && zsh.contains("'2:B:_files'"), zsh);
  }

  @Test
  void offersProcesses() throws Exception {
    String own = Long.toString(ProcessHandle.current().pid());

    assertTrue(bash("prog", "dump", own).contains(own));
  }

  @ParameterizedTest
  @CsvSource({"bash", "zsh", "fish"})
  void everyShellKnowsEveryCommandAndOption(String shell) throws UsageException {
    String script = Completion.of(shell).script(PROGRAM);

    for (String word :
        List.of("dump", "show", "help", "output", "kind", "json", "verbose", "old")) {
      assertTrue(script.contains(word), word + " in " + script);
    }
  }
}
