package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.PipePair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sealed images by the real command: a key file, and a passphrase that somebody types. */
@Tag("live")
class SealedImageLiveTest {
  private static final int ITS_CODE = 42;
  private static final int FOREGROUND_FAILED = 125;
  private static final int REFUSED = 3;
  private static final int SIGINT = 130;
  private static final String PASSPHRASE = "Zwölf Boxkämpfer";

  @TempDir Path folder;
  private LiveProgram task;
  private Path image;
  private Path keyFile;

  @BeforeEach
  void start() throws IOException {
    task = LiveProgram.start(new Programs.Program("exit_code", "save", ITS_CODE));
    task.awaitReady();
    image = folder.resolve("image");
    keyFile = key("key", 1, "rw-------");
  }

  @AfterEach
  void end() throws IOException {
    if (task != null) {
      task.close();
    }
  }

  private Path key(String name, int filler, String mode) throws IOException {
    byte[] content = new byte[32];
    Arrays.fill(content, (byte) filler);
    Path file = Files.write(folder.resolve(name), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  private CkptOutcome ckpt(String... words) throws IOException {
    return CkptOutcome.of(folder, List.of(), words);
  }

  private CkptOutcome dump(String... options) throws IOException {
    String[] words = Arrays.copyOf(options, options.length + 4);
    System.arraycopy(options, 0, words, 4, options.length);
    words[0] = "dump";
    words[1] = Integer.toString(task.pid());
    words[2] = "-o";
    words[3] = image.toString();
    return ckpt(words);
  }

  /** The program's memory holds the name of its status file. */
  private static boolean holds(Path image, String marker) throws IOException {
    return Files.readString(image, ISO_8859_1).contains(marker);
  }

  private boolean taskIsThere() {
    return Files.exists(Path.of("/proc/" + task.pid()));
  }

  private void runsToItsEnd(CkptProcess restore) throws IOException {
    task.go();
    assertEquals(ITS_CODE, restore.awaitExit(), restore.errors());
    task.awaitGone();
    task.expectOk();
  }

  @Test
  void comesBackWithItsKeyFileAndNothingElse() throws IOException {
    String marker = task.status().toString();
    assertEquals(0, dump("--no-sync").code());
    assertTrue(holds(image, marker));
    assertEquals(0, dump("--force", "--stop", "--key-file", keyFile.toString()).code());
    task.awaitGone();
    assertFalse(holds(image, marker));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(image)));

    ckpt("restore", image.toString())
        .expectFailure(FOREGROUND_FAILED, "IMAGE_SEALED", "sealed with a key file");
    Path other = key("other", 2, "rw-------");
    ckpt("restore", image.toString(), "--key-file", other.toString())
        .expectFailure(FOREGROUND_FAILED, "IMAGE_KEY", "not the key file of the image");
    Path open = key("open", 1, "rw-r-----");
    ckpt("verify", image.toString(), "--key-file", open.toString())
        .expectFailure(REFUSED, "KEY_FILE", "read or written by others", "chmod 600");
    assertFalse(taskIsThere());
    assertEquals(0, ckpt("verify", image.toString(), "--key-file", keyFile.toString()).code());

    String[] words = {"restore", image.toString(), "--key-file", keyFile.toString()};
    try (CkptProcess restore = CkptProcess.start(folder.resolve("errors"), words)) {
      runsToItsEnd(restore);
    }
  }

  @Test
  void takesTheKeyFromAPipe() throws IOException {
    assertEquals(0, dump("--stop", "--key-file", keyFile.toString()).code());
    task.awaitGone();
    try (PipePair pipe = PipePair.open(Fcntl.O_CLOEXEC);
        Fd nowhere = Fd.open("/dev/null", Fcntl.O_WRONLY)) {
      pipe.write(Files.readAllBytes(keyFile));
      pipe.writeEnd().close();
      String[] words = {"restore", image.toString(), "--key-file", "/dev/fd/0"};
      Path errors = folder.resolve("errors");
      try (CkptProcess restore = CkptProcess.start(pipe.readEnd(), nowhere, errors, words)) {
        runsToItsEnd(restore);
      }
    }
  }

  @Test
  void asksForAPassphraseAtTheTerminal() throws IOException {
    try (ShellTerminal terminal = ShellTerminal.start(folder)) {
      terminal.awaitPrompt();
      ByteBuffer settings = terminal.settings();
      terminal.type("ckpt dump " + task.pid() + " -o " + image + " --encrypt --stop\n");
      type(terminal, "Passphrase for image " + image + ": ", PASSPHRASE);
      type(terminal, "The same again: ", PASSPHRASE);
      assertEquals(0, terminal.awaitPrompt(), terminal::screen);
      assertEquals(settings, terminal.settings());
      task.awaitGone();
      assertFalse(holds(image, task.status().toString()));

      terminal.type("ckpt restore " + image + "\n");
      type(terminal, "Passphrase of image " + image + ": ", "wrong");
      type(terminal, "That is not it. Passphrase of image " + image + ": ", PASSPHRASE);
      Await.until("the task", this::taskIsThere, terminal::screen);
      assertEquals(settings, terminal.settings());
      task.go();
      assertEquals(ITS_CODE, terminal.awaitPrompt(), terminal::screen);
      task.expectOk();
      assertFalse(terminal.screen().contains(PASSPHRASE.substring(0, 3)), terminal.screen());
    }
  }

  private static void type(ShellTerminal terminal, String prompt, String secret)
      throws IOException {
    terminal.awaitText(prompt);
    assertFalse(terminal.echoes());
    terminal.type(secret + "\n");
  }

  @Test
  void makesNoImageWhenThePassphrasesDiffer() throws IOException {
    try (ShellTerminal terminal = ShellTerminal.start(folder)) {
      terminal.awaitPrompt();
      terminal.type("ckpt dump " + task.pid() + " -o " + image + " --encrypt\n");
      type(terminal, "Passphrase for image ", "one");
      type(terminal, "The same again: ", "other");
      terminal.awaitText("ckpt: PASSPHRASE: the two passphrases differ: type the same one twice");
      assertEquals(REFUSED, terminal.awaitPrompt(), terminal::screen);
      assertFalse(Files.exists(image));
    }
  }

  @Test
  void leavesTheTerminalAsItWasWhenItIsInterrupted() throws IOException {
    try (ShellTerminal terminal = ShellTerminal.start(folder)) {
      terminal.awaitPrompt();
      ByteBuffer settings = terminal.settings();
      terminal.type("ckpt dump " + task.pid() + " -o " + image + " --encrypt\n");
      terminal.awaitText("Passphrase for image ");
      assertFalse(terminal.echoes());
      terminal.type("secr" + ShellTerminal.INTERRUPT);
      assertEquals(SIGINT, terminal.awaitPrompt(), terminal::screen);
      assertEquals(settings, terminal.settings());
      assertFalse(terminal.screen().contains("secr"), terminal.screen());
      assertFalse(Files.exists(image));
      assertTrue(taskIsThere());
    }
  }

  @Test
  void refusesToAskWhereThereIsNoTerminal() throws IOException {
    dump("--encrypt").expectFailure(REFUSED, "PASSPHRASE", "no terminal", "--key-file");
    assertFalse(Files.exists(image));
  }

  /** Whatever the umask, and whatever stood there before. */
  @ParameterizedTest
  @ValueSource(strings = {"000", "777"})
  void isForItsOwnerOnly(String umask) throws IOException {
    Files.writeString(image, "older");
    Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rw-r--r--"));
    List<String> before = List.of("/bin/sh", "-c", "umask " + umask + "; exec \"$@\"", "sh");
    String[] words = {"dump", "" + task.pid(), "-o", image.toString(), "--force", "--no-sync"};
    assertEquals(0, CkptOutcome.of(folder, before, words).code());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(image)));
  }
}
