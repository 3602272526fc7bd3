package dev.ckpt.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.cli.args.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class ManPagesTest {
  private static final List<String> SECTIONS =
      List.of("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO");

  private static Map<String, String> pages() throws IOException {
    return ManPages.all("2026-11-28");
  }

  @Test
  void everyCommandButHelpHasAPage() throws IOException {
    CommandSpec program = CommandTree.program();

    assertEquals(Spec.commands(program).size(), pages().size());
    for (CommandSpec command : Spec.commands(program)) {
      assertEquals(
          !command.name().equals("help"), pages().containsKey("ckpt-" + command.name() + ".1"));
    }
  }

  @Test
  void everyPageHasItsSectionsInOrder() throws IOException {
    for (Map.Entry<String, String> page : pages().entrySet()) {
      List<String> found =
          page.getValue()
              .lines()
              .filter(line -> line.startsWith(".SH "))
              .map(line -> line.substring(4))
              .filter(SECTIONS::contains)
              .toList();
      assertEquals(SECTIONS, found, page.getKey());
    }
  }

  @Test
  void everyOptionAndParameterIsOnThePage() throws IOException {
    for (CommandSpec command : Spec.commands(CommandTree.program())) {
      String page = pages().getOrDefault("ckpt-" + command.name() + ".1", "");
      for (OptionSpec option : page.isEmpty() ? List.<OptionSpec>of() : command.options()) {
        String name = "\\fB" + option.longestName().replace("-", "\\-") + "\\fR";
        assertTrue(page.contains("\n.TP\n") && page.contains(name), command.name() + " " + name);
      }
    }
    assertTrue(pages().get("ckpt-dump.1").contains("\n\\fIPID\\fR\n"));
  }

  @Test
  void thePageOfTheProgramListsTheCommands() throws IOException {
    String page = pages().get("ckpt.1");

    for (CommandSpec command : Spec.commands(CommandTree.program())) {
      assertTrue(
          page.contains(command.usageMessage().header()[0].replace("-", "\\-")), command.name());
    }
    assertTrue(page.contains("\n.TH CKPT 1 2026-11-28 \"ckpt "), page);
  }

  @Test
  void theDateCanBeChosen() {
    assertEquals("1970-01-02", ManPages.date(Map.of("SOURCE_DATE_EPOCH", "86400")));
    assertTrue(ManPages.date(Map.of()).matches("[0-9]{4}-[0-9]{2}-[0-9]{2}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mandoc -Tlint", "groff -man -ww -z -Tutf8"})
  void readersOfManPagesFindNothingWrong(String words, @TempDir Path folder) throws Exception {
    String program = words.substring(0, words.indexOf(' '));
    assumeTrue(
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(place -> Files.isExecutable(Path.of(place, program))),
        program + " is not installed");
    ManPages.main(new String[] {folder.toString()});

    for (String page : pages().keySet()) {
      Process process =
          new ProcessBuilder((words + " " + page).split(" "))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
      assertEquals("", new String(process.getInputStream().readAllBytes(), UTF_8), page);
      assertEquals(0, process.waitFor(), page);
    }
  }
}
