package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
        "''                                   | '' is no command: there are dump, restore,",
        "dmp                                  | 'dmp' is no command: did you mean dump? (see ckpt",
        "strace                                | 'strace' is no command: there are dump, restore,",
        "--what                               | there is no option --what, and a command comes",
        "--stop dump 812                      | --stop belongs behind a command, as in ckpt dump",
        "dump                                 | Missing required options and parameters: 'PID',"
            + " '--output=IMAGE' (see ckpt dump --help)",
        "dump 812                             | Missing required option: '--output=IMAGE'",
        "dump -o a                            | Missing required parameter: 'PID'",
        "dump x -o a                          | 'x' is not a process id",
        "dump 0 -o a                          | '0' is not a process id",
        "dump +5 -o a                         | '+5' is not a process id",
        "dump 99999999999 -o a                | '99999999999' is not a process id",
        "dump -5 -o a                         | '-5' is not a process id",
        "dump 812 -o a --sotp                 | Unknown option: '--sotp': did you mean --stop?",
        "dump 812 -output a                   | Unknown option: '-output': did you mean --output?",
        "dump 812 -o a -x                     | Unknown option: '-x' (see",
        "dump 812 813 -o a                    | Unmatched argument at index 1: '813'",
        "dump 812 -o                          | Missing required parameter for option '--output'",
        "dump 812 -o --stop                   | Expected parameter for option '--output' but found",
        "dump 812 -o a --freeze-timeout 5     | --freeze-timeout: '5' is not a time",
        "dump 812 -o a --freeze-timeout 25h   | '25h' is too long: give at most 24h",
        "dump 812 -o a --stop=yes             | --stop takes no value",
        "dump 812 -o a --embed-files /a/{b    | --embed-files /a/{b is no pattern",
        "dump 812 -o a --tcp-established      | --tcp-established needs --stop",
        "dump 812 -o a --stop --tcp-established --tcp-close | exclude each other",
        "dump 812 -o a --compress gzip        | '--compress': it is lz4 or zstd, not 'gzip'",
        "dump 812 -o a --compress             | Missing required parameter for option '--compress'",
        "dump 812 -o - --compress lz4         | --pre-dump, --parent and --compress take a file",
        "merge a -o b --compress best         | '--compress': it is lz4 or zstd, not 'best'",
        "watch 812 -o a --compress LZ4        | '--compress': it is lz4 or zstd, not 'LZ4'",
        "dump 812 -o a -o b                   | option '--output' (IMAGE) should be specified only"
            + " once",
        "restore                              | Missing required parameter: 'IMAGE'",
        "restore a b                          | Unmatched argument at index 1: 'b'",
        "restore a --files newest             | it is strict or newer-ok, not 'newest'",
        "restore a --pid-file                 | Missing required parameter for option '--pid-file'",
        "restore a --inherit-fd x=f           | --inherit-fd x=f: give N=FILE",
        "restore a --inherit-fd 1             | --inherit-fd 1: give N=FILE",
        "restore a --inherit-fd -1=f          | --inherit-fd -1=f: give N=FILE",
        "restore a --inherit-fd 1=            | the file of --inherit-fd 1 has no name",
        "restore a --inherit-fd 1=f --inherit-fd 1=g | --inherit-fd 1 is given twice",
        "restore a --inherit-fd 1=f --stdout g | --stdout and --inherit-fd 1 cannot be given"
            + " together",
        "show                                 | Missing required parameter: 'IMAGE' (see ckpt show"
            + " --help)",
        "verify                               | Missing required parameter: 'IMAGE'",
        "check x                              | 'x' is not a process id",
        "dump 812 -o a --backend x --backend y | option '--backend' (NAME) should be specified"
            + " only",
        "demo now                             | Unmatched argument at index 0: 'now'",
        "completion tcsh                      | 'tcsh' is no shell that is known: there are bash,",
        "help dmp                             | did you mean dump? (see ckpt --help)",
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
    assertTrue(run.err().contains("\nUsage: ckpt COMMAND "), run.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dump",
        "restore",
        "show",
        "verify",
        "diff",
        "convert",
        "check",
        "demo",
        "completion"
      })
  void everyCommandHasHelpWithAnExample(String command) {
    CommandRun run = CommandRun.of(command, "--help");

    assertAll(
        () -> assertEquals(ExitCode.DONE, run.code()),
        () -> assertEquals("", run.err()),
        () -> assertTrue(run.out().matches("(?s).*\nExamples?:\n  .*"), run.out()),
        () -> assertTrue(run.out().contains("\nUsage: ckpt " + command), run.out()),
        () -> assertTrue(run.out().lines().allMatch(line -> line.length() <= 80), run.out()),
        () -> assertEquals(run.out(), CommandRun.of("help", command).out()));
  }

  @Test
  void helpListsEveryCommand() {
    String help = CommandRun.of("help").out();

    for (String command :
        new String[] {
          "dump", "restore", "show", "verify", "diff", "convert", "check", "demo", "completion"
        }) {
      assertTrue(help.contains("\n  " + command + " "), help);
    }
  }

  @Test
  void saysItsVersion() {
    assertEquals(CommandRun.of("--version"), CommandRun.of("-V"));
    assertEquals(CommandRun.of("--version"), CommandRun.of("-V", "show"));
    assertTrue(CommandRun.of("--version").out().startsWith("ckpt "));
  }

  @Test
  void helpIsShownWhateverElseIsWrong() {
    assertEquals(CommandRun.of("dump", "--help"), CommandRun.of("dump", "x", "--what", "-h"));
    assertEquals(CommandRun.of("--help"), CommandRun.of("help", "--help"));
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
    assertTrue(run.err().startsWith("ckpt: USAGE: the image has no name (see "), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"show", "verify", "restore"})
  void aFolderIsNoImage(String command, @TempDir Path folder) {
    CommandRun run = CommandRun.of(command, folder.toString());

    assertTrue(run.err().startsWith("ckpt: IMAGE_IS_FOLDER: image " + folder), run.err());
  }

  @ParameterizedTest
  @CsvSource({"show", "verify"})
  void whatIsNoImageIsCalledByItsName(String command, @TempDir Path folder) throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "no image, but a text of some length");
    Path empty = Files.writeString(folder.resolve("empty"), "");

    assertTrue(
        CommandRun.of(command, text.toString())
            .err()
            .startsWith("ckpt: IMAGE_CORRUPT: " + text + " is no image: expected the magic of"));
    assertTrue(
        CommandRun.of(command, empty.toString())
            .err()
            .startsWith("ckpt: IMAGE_CORRUPT: " + empty + " is no image: expected "));
  }

  @Test
  void saysWhatCannotBeRead() {
    CommandRun run = CommandRun.of("show", "/proc/self/mem");

    assertEquals(ExitCode.FAILED, run.code());
    assertTrue(run.err().startsWith("ckpt: IO_FAILED: image /proc/self/mem: "), run.err());
  }

  /** Java drops the slash of a path. */
  @Test
  void aNewImageIsNoFolder(@TempDir Path folder) {
    CommandRun run = CommandRun.of("dump", "1", "-o", folder + "/new/");
    assertEquals(ExitCode.USAGE, run.code());
    assertTrue(run.err().contains("'" + folder + "/new/' is a folder's name"), run.err());
    assertFalse(Files.exists(folder.resolve("new")));
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
  void jsonIsFoundInArgumentsThatMakeNoSense() {
    assertEquals(Optional.empty(), JsonArgument.find(new String[] {"--", "--json"}));
    assertEquals(Optional.of(""), JsonArgument.find(new String[] {"show", "--json"}));
    assertEquals(Optional.of("f"), JsonArgument.find(new String[] {"show", "--json=f"}));
  }
}
