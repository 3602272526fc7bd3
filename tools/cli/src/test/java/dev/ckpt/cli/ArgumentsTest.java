package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
  /** Arguments, and a part of what must be said about them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dmp                                  | 'dmp' is no command (there are dump, restore,",
        "--what                               | Unknown option: '--what'",
        "dump                                 | '--output=IMAGE', 'PID'",
        "dump 812                             | Missing required option: '--output=IMAGE'",
        "dump -o a                            | Missing required parameter: 'PID'",
        "dump x -o a                          | 'x' is not a process id",
        "dump 0 -o a                          | '0' is not a process id",
        "dump +5 -o a                         | '+5' is not a process id",
        "dump 99999999999 -o a                | '99999999999' is not a process id",
        "dump -5 -o a                         | '-5' is not a process id",
        "dump 812 -o a --sotp                 | Unknown option: '--sotp'",
        "dump 812 813 -o a                    | '813'",
        "dump 812 -o                          | for option '--output' (IMAGE)",
        "dump 812 -o a --freeze-timeout 5     | '5' is not a time",
        "dump 812 -o a --freeze-timeout 25h   | '25h' is too long: give at most 24h",
        "dump 812 -o a --stop=yes             | 'yes' is not a boolean",
        "dump 812 -o a --embed-files /a/{b    | --embed-files /a/{b is no pattern",
        "dump 812 -o a --tcp-established      | --tcp-established needs --stop",
        "dump 812 -o a --stop --tcp-established --tcp-close | exclude each other",
        "dump 812 -o a -o b                   | should be specified only once",
        "restore                              | Missing required parameter: 'IMAGE'",
        "restore a b                          | Unmatched argument at index 2: 'b'",
        "restore a --files newest             | 'newest' is no policy: give strict or newer-ok",
        "restore a --pid-file                 | (FILE)",
        "restore a --inherit-fd x=f           | 'x' is not",
        "restore a --inherit-fd 1             | --inherit-fd",
        "restore a --inherit-fd 1=f --stdout g | --stdout and --inherit-fd 1 cannot be given"
            + " together",
        "show                                 | Missing required parameter: 'IMAGE'",
        "verify                               | Missing required parameter: 'IMAGE'",
        "check x                              | 'x' is not a process id",
        "demo now                             | Unmatched argument at index 1: 'now'",
        "help dmp                             | Unknown subcommand 'dmp': see ckpt --help",
      })
  void saysWhatIsWrongWithArguments(String arguments, String message) {
    CommandRun run = CommandRun.of(arguments.split(" "));

    assertAll(
        () -> assertEquals(ExitCode.USAGE, run.code()),
        () -> assertEquals("", run.out()),
        () -> assertTrue(run.err().startsWith("ckpt: USAGE: "), run.err()),
        () -> assertTrue(run.err().contains(message), run.err()),
        () -> assertTrue(run.err().contains(" --help"), run.err()),
        () -> assertEquals(1, run.err().lines().count(), run.err()));
  }

  @Test
  void showsItsUsageWhenNothingIsAsked() {
    CommandRun run = CommandRun.of();

    assertEquals(ExitCode.USAGE, run.code());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("Usage: ckpt "), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"dump", "restore", "show", "verify", "check", "demo", "completion"})
  void everyCommandHasHelpWithAnExample(String command) {
    CommandRun run = CommandRun.of(command, "--help");

    assertAll(
        () -> assertEquals(ExitCode.DONE, run.code()),
        () -> assertEquals("", run.err()),
        () -> assertTrue(run.out().contains("Example:\n"), run.out()),
        () -> assertTrue(run.out().contains("ckpt " + command), run.out()),
        () -> assertEquals(run.out(), CommandRun.of("help", command).out()));
  }

  @Test
  void helpListsEveryCommand() {
    String help = CommandRun.of("help").out();

    for (String command :
        new String[] {"dump", "restore", "show", "verify", "check", "demo", "completion"}) {
      assertTrue(help.contains("\n  " + command + " "), help);
    }
  }

  @Test
  void saysItsVersion() {
    assertEquals(CommandRun.of("--version"), CommandRun.of("-V"));
    assertTrue(CommandRun.of("--version").out().startsWith("ckpt "));
  }

  @Test
  void writesACompletionScriptThatKnowsTheOptions() {
    CommandRun run = CommandRun.of("completion");

    assertEquals(ExitCode.DONE, run.code());
    assertTrue(run.out().startsWith("#!/usr/bin/env bash"), run.out());
    for (String word : new String[] {"dump", "--freeze-timeout", "--pid-file", "newer-ok"}) {
      assertTrue(run.out().contains(word), word);
    }
  }

  @Test
  void reportsMistakesAsJsonWhenAskedTo() {
    CommandRun run = CommandRun.of("show", "--json");

    assertEquals(ExitCode.USAGE, run.code());
    assertTrue(run.out().startsWith("{\"error\":{\"code\":\"USAGE\","), run.out());
  }

  @Test
  void reportsMistakesAsJsonBesideAnImageOnStandardOutput() {
    CommandRun run = CommandRun.of("dump", "--json", "-o", "-");

    assertEquals("", run.out());
    assertTrue(run.err().startsWith("{\"error\":{\"code\":\"USAGE\","), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void jsonDoesNotTakeTheArgumentBehindItForItsFile(@TempDir Path folder) {
    Path image = folder.resolve("missing.ckpt");
    CommandRun run = CommandRun.of("show", "--json", image.toString());

    assertTrue(run.out().contains("\"code\":\"NO_SUCH_FILE\""), run.out());
  }

  @Test
  void jsonGoesIntoItsFileAndErrorsStayLines(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("result.json");
    CommandRun run =
        CommandRun.of("verify", "--json=" + json, folder.resolve("missing.ckpt").toString());

    assertEquals(ExitCode.FAILED, run.code());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("ckpt: NO_SUCH_FILE: "), run.err());
    assertTrue(Files.readString(json).startsWith("{\"error\":{\"code\":\"NO_SUCH_FILE\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"show", "verify", "restore", "dump 812 -o"})
  void anImageHasAName(String command) {
    CommandRun run = CommandRun.of((command + " ").split(" ", command.split(" ").length + 1));

    assertEquals(ExitCode.USAGE, run.code());
    assertTrue(run.err().startsWith("ckpt: USAGE: the image has no name: "), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"show", "verify", "restore"})
  void aFolderIsNoImage(String command, @TempDir Path folder) {
    CommandRun run = CommandRun.of(command, folder.toString());

    assertTrue(run.err().startsWith("ckpt: IMAGE_IS_FOLDER: image " + folder), run.err());
  }

  @Test
  void saysWhatCannotBeRead() {
    CommandRun run = CommandRun.of("show", "/proc/self/mem");

    assertEquals(ExitCode.FAILED, run.code());
    assertTrue(run.err().startsWith("ckpt: IO_FAILED: image /proc/self/mem: "), run.err());
  }

  @Test
  void jsonIsNotWrittenOverAnImage(@TempDir Path folder) throws IOException {
    byte[] magic = {(byte) 0x89, 'C', 'K', 'P', 'T', '\r', '\n', 0x1a};
    Path image = Files.write(folder.resolve("image"), magic);

    for (String words : List.of("verify a", "verify a b", "check --what")) {
      String[] arguments = (words + " --json=" + image).split(" ");
      CommandRun run = CommandRun.of(arguments);
      assertTrue(run.err().contains("ckpt: IMAGE_WOULD_BE_LOST: " + image), run.err());
      assertArrayEquals(magic, Files.readAllBytes(image));
    }
  }

  @Test
  void nothingIsDoneWhenTheFileForJsonCannotBeHad(@TempDir Path folder) {
    CommandRun run =
        CommandRun.of("check", "--json=" + folder.resolve("no/such/folder/result.json"));

    assertEquals(ExitCode.FAILED, run.code());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("ckpt: NO_SUCH_FILE: "), run.err());
  }

  @Test
  void onlyOptionsBeforeTheEndOfOptionsAreOptions() {
    assertArrayEquals(
        new String[] {"show", "--json=", "--", "--json"},
        JsonArgument.normalize(new String[] {"show", "--json", "--", "--json"}));
    assertEquals(Optional.empty(), JsonArgument.find(new String[] {"--", "--json"}));
    assertEquals(Optional.of(""), JsonArgument.find(new String[] {"show", "--json"}));
    assertEquals(Optional.of("f"), JsonArgument.find(new String[] {"show", "--json=f"}));
  }
}
