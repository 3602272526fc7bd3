package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that know nothing of us, used at a terminal before a dump and after the restore. */
@Tag("live")
class RealTerminalsLiveTest {
  private static final int EXIT_STATUS = 7;

  @TempDir Path folder;
  private ShellTerminal terminal;
  private ByteBuffer settings;
  private int images;

  @BeforeEach
  void open() throws IOException {
    terminal = ShellTerminal.start(folder);
    terminal.awaitPrompt();
  }

  @AfterEach
  void end() throws IOException {
    if (terminal != null) {
      terminal.close();
    }
  }

  /**
   * Takes a job away and brings it back: it finds the terminal as it had it, and whoever used the
   * terminal meanwhile finds it as they had it.
   */
  private void goAndComeBack(int pid, boolean echoes) throws IOException {
    Path image = folder.resolve("image" + images++);
    ByteBuffer its = terminal.settings();
    assertEquals(echoes, terminal.echoes());
    terminal.turnIntoImage(pid, image);
    terminal.type("stty ixany\n");
    assertEquals(0, terminal.awaitPrompt(), terminal::screen);
    settings = terminal.settings();
    assertNotEquals(its, settings);

    terminal.type("ckpt restore " + image + "\n");
    terminal.awaitForeground(pid);
    assertEquals(its, terminal.settings());
  }

  private int start(String command) throws IOException {
    terminal.type(command + "\n");
    return terminal.awaitJob();
  }

  /** Waits for the end of the job, after which the terminal is as it was before. */
  private void awaitEnd(int exitStatus) throws IOException {
    assertEquals(exitStatus, terminal.awaitPrompt(), terminal::screen);
    assertEquals(settings, terminal.settings());
  }

  @Test
  void lessTurnsThePages() throws IOException {
    String less = Programs.needed("less").toString();
    Path text = numberedLines();
    int pid = start("TERM=xterm " + less + " " + text);
    terminal.awaitText("line 23.");
    terminal.type("500g");
    terminal.awaitText("line 500.");
    terminal.awaitText("line 522.");
    for (int top = 523; top <= 546; top += 23) {
      goAndComeBack(pid, false);
      terminal.type(" ");
      String skipped = terminal.awaitText("line " + top + ".");
      assertFalse(skipped.contains("line "), skipped);
      terminal.awaitText("line " + (top + 22) + ".");
    }
    terminal.type("/r 9\n");
    terminal.awaitText("Pattern not found");
    terminal.type("\nq");
    awaitEnd(0);
  }

  @Test
  void lessLearnsTheSizeOfItsNewWindow() throws IOException {
    String less = Programs.needed("less").toString();
    Path text = numberedLines();
    terminal.type("stty rows 24 cols 80\n");
    terminal.awaitPrompt();
    int pid = start("TERM=xterm " + less + " " + text);
    terminal.awaitText("line 23.");
    Path image = folder.resolve("image");
    terminal.turnIntoImage(pid, image);
    terminal.type("stty rows 40 cols 100\n");
    terminal.awaitPrompt();
    terminal.type("ckpt restore " + image + "\n");
    terminal.awaitForeground(pid);
    terminal.awaitText("line 39.");
    terminal.type(" ");
    terminal.awaitText("line 78.");
    terminal.type("q");
    assertEquals(0, terminal.awaitPrompt(), terminal::screen);
  }

  private Path numberedLines() throws IOException {
    return Files.writeString(
        folder.resolve("text"),
        IntStream.rangeClosed(1, 1000)
            .mapToObj(n -> "line " + n + ".\n")
            .collect(Collectors.joining()));
  }

  @Test
  void viGoesOnEditingAndUndoesWhatWasTypedBefore() throws IOException {
    String vi = Programs.needed("vim.tiny").toString();
    Path file = folder.resolve("edited/file");
    Files.createDirectory(file.getParent());
    int pid = start("TERM=xterm " + vi + " -u NONE " + file);
    terminal.awaitText("~");
    terminal.type("ione");
    terminal.awaitText("one");
    goAndComeBack(pid, false);
    terminal.type(" two\u001b\f");
    terminal.awaitText("one two");
    goAndComeBack(pid, false);
    terminal.type("uithree\u001b\f");
    terminal.awaitText("three");
    terminal.type(":wq\n");
    awaitEnd(0);
    assertEquals("three\n", Files.readString(file));
    try (var files = Files.list(file.getParent())) {
      assertEquals(1, files.count(), "it leaves its swap file");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash", "bash"})
  void shellGoesOnWithTheLineItGets(String name) throws IOException {
    String shell = Programs.needed(name).toString();
    int pid = start(shell + " -c 'x=kept; read line; echo $x-$line; exit " + EXIT_STATUS + "'");
    Await.reading(pid);
    goAndComeBack(pid, true);
    terminal.type("a line\n");
    terminal.awaitText("kept-a line");
    awaitEnd(EXIT_STATUS);
  }

  @Test
  void shellReadsFromTheTerminalByAnotherName() throws IOException {
    String shell = Programs.needed("dash").toString();
    int pid =
        start(
            shell
                + " -c 'exec 3</dev/tty </dev/null; read line <&3;"
                + " echo $(readlink /proc/$$/fd/3)-$line; exit "
                + EXIT_STATUS
                + "'");
    Await.reading(pid);
    goAndComeBack(pid, true);
    terminal.type("a line\n");
    terminal.awaitText("/dev/tty-a line");
    awaitEnd(EXIT_STATUS);
  }

  /**
   * An interactive shell within the shell: it edits its lines itself, and has jobs of its own. NB:
   * its prompt is written so that the command that starts it is not taken for it.
   */
  @Test
  void bashGoesOnWithTheLineThatIsHalfTyped() throws IOException {
    int pid = start("PS1='inn''er> ' bash --norc");
    terminal.awaitText("inner> ");
    terminal.type("x=kept\n");
    terminal.awaitText("inner> ");
    terminal.type("echo [$");
    terminal.awaitText("echo [$");
    goAndComeBack(pid, false);
    terminal.type("x]; sh -c 'echo $PPID'\n");
    terminal.awaitText("[kept]");
    terminal.awaitText(pid + "\r\n");
    terminal.awaitText("inner> ");
    terminal.type("exit " + EXIT_STATUS + "\n");
    awaitEnd(EXIT_STATUS);
  }
}
