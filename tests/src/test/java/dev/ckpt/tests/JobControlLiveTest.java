package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restored task is a job of the shell that ckpt was started from, at a real terminal. */
@Tag("live")
class JobControlLiveTest {
  private static final int INTERRUPTED = 42;
  private static final int KILLED = 128 + Signals.SIGKILL;
  private static final int STOPPED = 128 + Signals.SIGTSTP;

  private static final String IN_NAMESPACE = " --pid-namespace";

  @TempDir Path folder;
  private ShellTerminal terminal;
  private Path status;
  private Path image;
  private int pid;

  @BeforeEach
  void open() throws IOException {
    status = folder.resolve("status");
    image = folder.resolve("image");
    terminal = ShellTerminal.start(folder);
    terminal.awaitPrompt();
  }

  @AfterEach
  void end() throws IOException {
    if (terminal != null) {
      terminal.close();
    }
  }

  /** Starts a job that uses the terminal, and turns it into an image. */
  private void dumpAJob() throws IOException {
    dump("engine/terminal_job", "");
  }

  private void dump(String program, String redirections) throws IOException {
    terminal.type(Programs.folder().resolve(program) + " " + status + " " + redirections + "\n");
    awaitLine("ready");
    pid = terminal.foreground();
    terminal.turnIntoImage(pid, image);
  }

  private void awaitLine(String line) throws IOException {
    Await.until(line, () -> lines().contains(line), () -> describe());
  }

  private List<String> lines() throws IOException {
    return Files.exists(status) ? Files.readAllLines(status) : List.of();
  }

  private String describe() {
    try {
      return lines() + ", foreground " + terminal.foreground() + ", screen " + terminal.screen();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private void ask(String suffix) throws IOException {
    Files.createFile(Path.of(status + suffix));
  }

  private static TaskState state(int pid) throws IOException {
    return ProcFs.of(pid).stat().state();
  }

  private int ckpt() throws IOException {
    return ProcFs.of(pid).stat().ppid();
  }

  private void awaitStopped(int task) throws IOException {
    Await.until(task + " to stop", () -> state(task) == TaskState.STOPPED, () -> describe());
  }

  private void awaitRunning(int task) throws IOException {
    Await.until(task + " to go on", () -> state(task) != TaskState.STOPPED, () -> describe());
  }

  private void toForeground(String command) throws IOException {
    terminal.type(command + "\n");
    terminal.awaitForeground(pid);
    Await.until("it to run", () -> ProcFs.of(pid).status().tracerPid() == 0, this::describe);
  }

  private void restoreInForeground(String command) throws IOException {
    toForeground(command);
    assertFalse(terminal.echoes(), "its settings of the terminal are not there");
  }

  /** The same by a command that may have options; what it restores may have another pid. */
  private void restore(String options) throws IOException {
    terminal.type(restoring(options));
    readPid();
    terminal.awaitForeground(pid);
    Await.until("it to run", () -> ProcFs.of(pid).status().tracerPid() == 0, this::describe);
    assertFalse(terminal.echoes(), "its settings of the terminal are not there");
  }

  private String restoring(String options) {
    return "ckpt restore " + image + options + " --pid-file " + folder.resolve("pid") + "\n";
  }

  private void readPid() throws IOException {
    Path file = folder.resolve("pid");
    Await.until(
        "the pid",
        () -> Files.exists(file) && Files.readString(file).endsWith("\n"),
        this::describe);
    pid = Integer.parseInt(Files.readString(file).strip());
  }

  private void readsWhatIsTyped(String text) throws IOException {
    ask(".ask");
    terminal.type(text + "\n");
    awaitLine("line " + text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", IN_NAMESPACE})
  void endsAtCtrlCWithTheCodeOfItsHandler(String options) throws IOException {
    dumpAJob();
    restore(options);
    readsWhatIsTyped("one");
    terminal.type(ShellTerminal.INTERRUPT);

    assertEquals(INTERRUPTED, terminal.awaitPrompt(), this::describe);
    assertTrue(lines().contains("interrupted"), describe());
    assertTrue(terminal.echoes(), "our settings of the terminal are not back");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", IN_NAMESPACE})
  void stopsAtCtrlZAndGoesOnWithFg(String options) throws IOException {
    dumpAJob();
    restore(options);
    int ckpt = ckpt();
    for (int i = 0; i < 3; i++) {
      terminal.type(ShellTerminal.SUSPEND);
      assertEquals(STOPPED, terminal.awaitPrompt(), this::describe);
      awaitStopped(pid);
      awaitStopped(ckpt);
      assertTrue(terminal.echoes(), "our settings of the terminal are not back");
      restoreInForeground("fg");
      readsWhatIsTyped("after stop " + i);
    }
    terminal.type(ShellTerminal.INTERRUPT);

    assertEquals(INTERRUPTED, terminal.awaitPrompt(), this::describe);
  }

  /** Stops it and lets it go on in the background. */
  private void putIntoTheBackground() throws IOException {
    int ckpt = ckpt();
    terminal.type(ShellTerminal.SUSPEND);
    assertEquals(STOPPED, terminal.awaitPrompt(), this::describe);
    terminal.type("bg\n");
    assertEquals(0, terminal.awaitPrompt(), this::describe);
    awaitRunning(ckpt);
    runsInTheBackground();
  }

  private void runsInTheBackground() throws IOException {
    ask(".ping");
    awaitLine("pong");
    assertEquals(terminal.shell(), terminal.foreground());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", IN_NAMESPACE})
  void goesOnInTheBackgroundUntilItReadsTheTerminal(String options) throws IOException {
    dumpAJob();
    restore(options);
    putIntoTheBackground();
    int ckpt = ckpt();
    ask(".ask");
    awaitStopped(pid);
    awaitStopped(ckpt);
    assertEquals(terminal.shell(), terminal.foreground());
    terminal.awaitNotice("Stopped");

    restoreInForeground("fg");
    terminal.type("later\n");
    awaitLine("line later");
    terminal.type(ShellTerminal.INTERRUPT);
    assertEquals(INTERRUPTED, terminal.awaitPrompt(), this::describe);
  }

  @Test
  void leavesTheTerminalAloneWhenItEndsInTheBackground() throws IOException {
    dumpAJob();
    restoreInForeground("ckpt restore " + image);
    putIntoTheBackground();
    int ckpt = ckpt();
    Signals.kill(ckpt, Signals.SIGINT);
    Await.until(
        "its end", () -> !Sessions.members(terminal.shell()).contains(ckpt), this::describe);

    assertEquals(terminal.shell(), terminal.foreground());
    assertTrue(terminal.echoes(), "our settings of the terminal are gone");
    terminal.type("wait %1\n");
    assertEquals(INTERRUPTED, terminal.awaitPrompt(), this::describe);
  }

  @Test
  void comesToTheForegroundAfterItWasRestoredInTheBackground() throws IOException {
    dumpAJob();
    terminal.type("ckpt restore " + image + " &\n");
    assertEquals(0, terminal.awaitPrompt(), this::describe);
    runsInTheBackground();
    int ckpt = ckpt();
    ask(".ask");
    awaitStopped(pid);
    awaitStopped(ckpt);
    terminal.awaitNotice("Stopped");

    restoreInForeground("fg");
    terminal.type("later\n");
    awaitLine("line later");
    terminal.type(ShellTerminal.INTERRUPT);
    assertEquals(INTERRUPTED, terminal.awaitPrompt(), this::describe);
  }

  @Test
  void givesTheTerminalBackToAScript() throws IOException {
    dumpAJob();
    restoreInForeground(
        "sh -c 'ckpt restore " + image + "; echo code-$?; read line; exit $((line))'");
    terminal.type(ShellTerminal.INTERRUPT);
    Await.until(
        "the code", () -> terminal.screen().contains("code-" + INTERRUPTED), this::describe);
    assertTrue(terminal.echoes(), "our settings of the terminal are not back");
    terminal.type("17\n");

    assertEquals(17, terminal.awaitPrompt(), this::describe);
  }

  @Test
  void stopsTheScriptThatItIsAPartOf() throws IOException {
    dumpAJob();
    restoreInForeground("sh -c 'ckpt restore " + image + "; exit $?'");
    terminal.type(ShellTerminal.SUSPEND);
    assertEquals(STOPPED, terminal.awaitPrompt(), this::describe);
    awaitStopped(pid);

    restoreInForeground("fg");
    readsWhatIsTyped("one");
    terminal.type(ShellTerminal.INTERRUPT);
    assertEquals(INTERRUPTED, terminal.awaitPrompt(), this::describe);
  }

  /** Stops the job of a shell before it is turned into an image. */
  private void dumpAStoppedJob() throws IOException {
    terminal.type(Programs.folder().resolve("engine/terminal_job") + " " + status + "\n");
    awaitLine("ready");
    pid = terminal.foreground();
    terminal.type(ShellTerminal.SUSPEND);
    assertEquals(STOPPED, terminal.awaitPrompt(), this::describe);
    terminal.turnStoppedJobIntoImage(pid, image);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", IN_NAMESPACE})
  void comesBackStoppedAndGoesOnWithFg(String options) throws IOException {
    dumpAStoppedJob();
    terminal.type(restoring(options));
    assertEquals(STOPPED, terminal.awaitPrompt(), this::describe);
    readPid();
    awaitStopped(pid);
    awaitStopped(ckpt());

    // NB: the settings that the terminal had at the dump were the shell's.
    toForeground("fg");
    readsWhatIsTyped("one");
    terminal.type(ShellTerminal.SUSPEND);
    assertEquals(STOPPED, terminal.awaitPrompt(), this::describe);
    toForeground("fg");
    terminal.type(ShellTerminal.INTERRUPT);
    assertEquals(INTERRUPTED, terminal.awaitPrompt(), this::describe);
  }

  @Test
  void leavesTheTaskRunningWhenItIsKilled() throws IOException {
    dumpAJob();
    restoreInForeground("ckpt restore " + image);
    Signals.kill(ckpt(), Signals.SIGKILL);
    assertEquals(KILLED, terminal.awaitPrompt(), this::describe);

    runsInTheBackground();
  }

  @Test
  void isAJobAlthoughItHasNoTerminalOpen() throws IOException {
    dump("exit_code", "< /dev/null > /dev/null 2>&1");
    toForeground("ckpt restore " + image + " < /dev/null");
    int ckpt = ckpt();
    terminal.type(ShellTerminal.SUSPEND);
    assertEquals(STOPPED, terminal.awaitPrompt(), this::describe);
    awaitStopped(pid);
    awaitStopped(ckpt);

    toForeground("fg");
    ask(".go");
    assertEquals(42, terminal.awaitPrompt(), this::describe);
    assertTrue(lines().contains("ok"), describe());
  }

  @Test
  void takesItsProgressAwayBeforeTheTaskHasTheTerminal() throws IOException {
    dumpAJob();
    Path pipe = folder.resolve("pipe");
    terminal.type("mkfifo " + pipe + "\n");
    assertEquals(0, terminal.awaitPrompt(), this::describe);
    terminal.type("ckpt restore - < " + pipe + "\n");
    byte[] bytes = Files.readAllBytes(image);
    try (OutputStream out = Files.newOutputStream(pipe)) {
      out.write(bytes, 0, bytes.length - 1);
      out.flush();
      Await.until("progress", () -> terminal.screen().contains("restore  "), this::describe);
      out.write(bytes, bytes.length - 1, 1);
    }
    terminal.awaitForeground(pid);

    Await.until("its end", () -> terminal.screen().endsWith("\r\u001b[K"), this::describe);
    terminal.type(ShellTerminal.INTERRUPT);
    assertEquals(INTERRUPTED, terminal.awaitPrompt(), this::describe);
  }
}
