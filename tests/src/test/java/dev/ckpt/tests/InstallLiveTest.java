package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/install} into a folder, and what it left there. */
@Tag("live")
class InstallLiveTest {
  private static final int LARGEST_TEXT = 100_000;
  private static final Path INSTALL = Programs.root().resolve("bin/install");

  @TempDir Path folder;
  private Path prefix;

  /**
   * One run of a command.
   *
   * @param code its exit code
   * @param text what it said, errors too
   */
  private record Run(int code, String text) {
    Run expect(int expected) {
      assertEquals(expected, code, text);
      return this;
    }
  }

  @BeforeEach
  void choosePrefix() {
    // What a shell might take apart.
    prefix = folder.resolve("it's a $HOME");
  }

  /** With nothing in the environment but what every process has. */
  private Run run(Map<String, String> more, Object... words) throws IOException {
    Path output = folder.resolve("output");
    List<String> command = new ArrayList<>();
    for (Object word : words) {
      command.add(word.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv("PATH"));
    builder.environment().put("HOME", folder.toString());
    builder.environment().putAll(more);
    Process process =
        builder
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile())
            .start();
    return new Run(awaitExit(process), Files.readString(output, UTF_8));
  }

  private static int awaitExit(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private Run install() throws IOException {
    return run(Map.of(), INSTALL, "--prefix", prefix).expect(0);
  }

  private Path command() {
    return prefix.resolve("bin/ckpt");
  }

  private List<String> all(Path top) throws IOException {
    try (Stream<Path> paths = Files.walk(top)) {
      return paths.map(path -> top.relativize(path).toString()).sorted().toList();
    }
  }

  private List<String> versions() throws IOException {
    try (Stream<Path> paths = Files.list(prefix.resolve("lib/ckpt"))) {
      return paths.filter(Files::isDirectory).map(path -> path.getFileName() + "").toList();
    }
  }

  @Test
  void whatIsInstalledRunsFromAnywhere() throws IOException {
    String told = install().text();

    assertTrue(told.contains(" is installed:\n  " + command() + "\n"), told);
    assertTrue(run(Map.of(), command(), "--version").expect(0).text().startsWith("ckpt "));
    assertTrue(run(Map.of(), command(), "help").expect(0).text().contains("\nUsage: ckpt "));
    for (String document :
        List.of(
            "man/man1/ckpt.1",
            "man/man1/ckpt-dump.1",
            "bash-completion/completions/ckpt",
            "zsh/site-functions/_ckpt",
            "fish/vendor_completions.d/ckpt.fish")) {
      assertTrue(Files.size(prefix.resolve("share").resolve(document)) > 0, document);
    }
    for (String path : all(prefix)) {
      Path file = prefix.resolve(path);
      if (Files.isRegularFile(file) && Files.size(file) < LARGEST_TEXT) {
        String text = new String(Files.readAllBytes(file), UTF_8);
        assertFalse(text.contains(Programs.root().resolve("tools").toString()), path);
      }
    }
  }

  /** The JVM would take their numbers for files of its own. */
  @Test
  void closedDescriptorsAreNoneOfTheJvms() throws IOException {
    install();

    Run in = run(Map.of(), "sh", "-c", "\"$0\" show - <&-", command()).expect(1);
    assertTrue(in.text().contains(" is no image: expected 16 more bytes"), in.text());
    Run out = run(Map.of(), "sh", "-c", "\"$0\" --version >&-", command()).expect(1);
    assertTrue(out.text().startsWith("ckpt: OUTPUT_LOST: "), out.text());
    Run err = run(Map.of(), "sh", "-c", "\"$0\" show nothing 2>&-", command()).expect(1);
    assertEquals("", err.text());
  }

  @Test
  void theArchiveHoldsOurClassesWhereThePathIsPlain() throws IOException {
    prefix = folder.resolve("plain");
    String told = install().text();

    assertTrue(told.contains("\n    with a class archive for Java "), told);
    // Whether one is possible elsewhere depends on the version of Java.
    prefix = folder.resolve("with a space");
    assertTrue(install().text().matches("(?s).*\n    with(out)? a class archive.*"));
  }

  @Test
  void onceMoreIsAnUpgradeThatNobodyNotices() throws IOException {
    install();
    List<String> before = versions();
    Process user =
        new ProcessBuilder(
                "sh",
                "-c",
                "while [ ! -e stop ]; do \"$0\" --version || exit; done",
                command().toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("user").toFile())
            .start();
    try {
      install();
      install();
    } finally {
      Files.createFile(folder.resolve("stop"));
    }
    assertEquals(0, awaitExit(user), Files.readString(folder.resolve("user")));
    install();

    assertEquals(1, versions().size(), versions().toString());
    assertFalse(versions().equals(before), before.toString());
    assertTrue(
        Files.readAllLines(folder.resolve("user")).stream().allMatch(s -> s.startsWith("ckpt ")));
  }

  @Test
  void uninstallRemovesWhatCameAndNothingElse() throws IOException {
    Files.createDirectories(prefix.resolve("share"));
    Files.writeString(prefix.resolve("share/theirs"), "");
    List<String> before = all(prefix);
    install();
    Files.writeString(prefix.resolve("bin/theirs"), "");

    String told = run(Map.of(), INSTALL, "--uninstall", "--prefix", prefix).expect(0).text();

    assertEquals("ckpt is removed from " + prefix + "\n", told);
    Files.delete(prefix.resolve("bin/theirs"));
    Files.delete(prefix.resolve("bin"));
    assertEquals(before, all(prefix));
  }

  @Test
  void aFolderForPackagersHasNoArchiveAndNoTraceOfThisMachine() throws IOException {
    Map<String, String> packager = Map.of("DESTDIR", prefix.toString());
    run(packager, INSTALL, "--prefix", "/usr").expect(0);

    assertTrue(Files.isExecutable(prefix.resolve("usr/bin/ckpt")));
    assertFalse(Files.readString(prefix.resolve("usr/bin/ckpt")).contains(folder.toString()));
    assertTrue(all(prefix).stream().noneMatch(path -> path.endsWith(".jsa")));
    assertTrue(all(prefix).stream().noneMatch(path -> path.endsWith("java-home")));
    run(packager, INSTALL, "--prefix", "/usr", "--uninstall").expect(0);
    assertEquals(List.of(""), all(prefix));
  }

  @Test
  void aCommandOfOthersIsNotReplaced() throws IOException {
    Files.createDirectories(command().getParent());
    Files.writeString(command(), "theirs");

    String told = run(Map.of(), INSTALL, "--prefix", prefix).expect(1).text();

    assertTrue(told.contains("was not installed from here"), told);
    assertEquals("theirs", Files.readString(command()));
  }

  @Test
  void saysWhatIsWrongWithArguments() throws IOException {
    assertTrue(run(Map.of(), INSTALL, "--prefix").expect(2).text().contains("needs a folder"));
    assertTrue(run(Map.of(), INSTALL, "--what").expect(2).text().contains("'--what' is not known"));
    assertTrue(run(Map.of(), INSTALL, "--prefix", "a:b").expect(1).text().contains("no colon"));
    run(Map.of(), INSTALL, "--uninstall", "--prefix", prefix).expect(1);
    assertTrue(run(Map.of(), INSTALL, "--help").expect(0).text().startsWith("Usage: bin/install"));
  }

  @Test
  void aJavaThatIsGoneIsReplacedByAnother() throws IOException {
    install();
    Path version = prefix.resolve("lib/ckpt").resolve(versions().get(0));
    assertTrue(Files.isDirectory(Path.of(Files.readString(version.resolve("java-home")).strip())));
    Files.writeString(version.resolve("java-home"), "/nowhere\n");

    assertTrue(run(Map.of(), command(), "--version").expect(0).text().startsWith("ckpt "));
  }

  @Test
  void isNotRemovedWhileItRuns() throws IOException {
    install();
    Path jar = prefix.resolve("lib/ckpt").resolve(versions().get(0)).resolve("ckpt.jar");
    Process user = new ProcessBuilder("sh", "-c", "read line", jar.toString()).start();
    try {
      String told = run(Map.of(), prefix.resolve("lib/ckpt/uninstall")).expect(1).text();
      assertEquals("uninstall: it runs as process " + user.pid() + ": end it first\n", told);
    } finally {
      user.getOutputStream().close();
    }
    awaitExit(user);
    run(Map.of(), prefix.resolve("lib/ckpt/uninstall")).expect(0);

    assertFalse(Files.exists(prefix));
  }
}
