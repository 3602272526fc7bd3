package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output that cannot be written: the disk is full, or nobody reads it. */
class LostOutputTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String why, String command) {
    NoticingStream out =
        new NoticingStream(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException(why);
              }
            });
    Console console =
        new Console(
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            out::readerGone);
    Ending ending = new Ending(console);
    int code = Main.run(command.split(" "), console, ending);
    ending.over(code);
    return code;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--version",
        "--help",
        "dump --help",
        "completion zsh",
        "completion --json",
        "-V x"
      })
  void isAFailureWithAMessage(String command) {
    assertEquals(ExitCode.FAILED, run("No space left on device", command));
    String text = err.toString(StandardCharsets.UTF_8);
    assertTrue(text.startsWith("ckpt: OUTPUT_LOST: "), text);
    assertEquals(1, text.lines().count(), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--version",
        "--help",
        "dump --help",
        "completion zsh",
        "completion --json",
        "-V x"
      })
  void isNoMistakeWhenNobodyReadsIt(String command) {
    assertEquals(ExitCode.READER_GONE, run("Broken pipe", command));
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }
}
