package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed images by the command, in every way to make one; the program checks itself. */
@Tag("live")
class CompressLiveTest {
  private static final int SIGINT = 2;
  private static final int INTERRUPTED = 128 + SIGINT;

  @TempDir Path folder;
  private LiveProgram task;
  private String pid;

  @BeforeEach
  void start() throws IOException {
    task = LiveProgram.start(new Programs.Program("bigmem 16", "save", 0));
    task.awaitReady();
    pid = Integer.toString(task.pid());
  }

  @AfterEach
  void end() throws IOException {
    task.close();
  }

  private CkptOutcome run(String... words) throws IOException {
    return CkptOutcome.of(folder, List.of(), words);
  }

  private void done(String... words) throws IOException {
    CkptOutcome outcome = run(words);
    assertEquals(0, outcome.code(), outcome.err());
    assertEquals("", outcome.err());
  }

  private String dump(String name, String... more) throws IOException {
    String image = folder.resolve(name).toString();
    List<String> words = new ArrayList<>(List.of("dump", pid, "-o", image, "--no-sync"));
    words.addAll(List.of(more));
    done(words.toArray(String[]::new));
    return image;
  }

  private void expectCompressed(String image, String codec, String... more) throws IOException {
    String[] words =
        Stream.concat(Stream.of("show", image), Stream.of(more)).toArray(String[]::new);
    CkptOutcome shown = run(words);
    assertEquals(0, shown.code(), shown.err());
    assertTrue(shown.out().contains("packed    by " + codec + ":"), shown.out());
    words[0] = "verify";
    done(words);
  }

  private void restore(String image) throws IOException {
    Signals.kill(task.pid(), Signals.SIGKILL);
    task.awaitExit();
    task.awaitGone();
    task.restore(Path.of(image), false);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lz4", "zstd"})
  void comesBackFromASmallerImage(String codec) throws IOException {
    String plain = dump("plain");
    String image = dump("image", "--compress", codec);
    assertTrue(Files.size(Path.of(image)) < Files.size(Path.of(plain)));
    expectCompressed(image, codec);
    restore(image);
    task.finish(0);
  }

  @Test
  void comesBackThroughAPipe() throws IOException {
    String image = dump("image", "--compress", "zstd", "--stop");
    task.awaitExit();
    task.awaitGone();
    CkptOutcome outcome =
        CkptOutcome.of(
            folder,
            List.of("/bin/sh", "-c", "f=$1; shift; cat \"$f\" | \"$@\"", "sh", image),
            "verify",
            "-");
    assertEquals(0, outcome.code(), outcome.err());
    task.restore(Path.of(image), false);
    task.finish(0);
  }

  /** All at once: sealed, copied before the freeze, upon another, in the place of another. */
  @Test
  void goesTogetherWithAllElse() throws IOException {
    Path key = Files.write(folder.resolve("key"), new byte[40]);
    LiveProgram.command("chmod", "600", key.toString());
    String file = key.toString();
    String first = dump("first", "--compress", "lz4", "--pre-dump", "--key-file", file);
    expectCompressed(first, "lz4", "--key-file", file);
    assertEquals(1, run("verify", first).code());
    String sealed = dump("sealed", "--compress", "zstd", "--key-file", file);
    expectCompressed(sealed, "zstd", "--key-file", file);
    dump("sealed", "--compress", "lz4", "--force");
    expectCompressed(sealed, "lz4");
    String copied = dump("copied", "--compress", "zstd", "--pre-dump");
    expectCompressed(copied, "zstd");
    writeBelowStack();
    String upon = dump("upon", "--compress", "zstd", "--parent", copied);
    assertTrue(Files.size(Path.of(upon)) < Files.size(Path.of(copied)));
    expectCompressed(upon, "zstd");
    restore(upon);
    restore(copied);
    task.finish(0);
  }

  /** So that there is a page that no parent has; the task never comes so deep. */
  private void writeBelowStack() throws IOException {
    long low =
        ProcFs.of(task.pid()).maps().entries().stream()
            .filter(vma -> vma.name().utf8().equals("[stack]"))
            .findFirst()
            .orElseThrow()
            .start();
    try (RemoteMemory memory = RemoteMemory.open(task.pid(), TouchHook.NONE)) {
      memory.writeForced(low, "below ".repeat(500).getBytes(UTF_8));
    }
  }

  @Test
  void watchesAndFolds() throws IOException {
    Path images = folder.resolve("images");
    String into = images.toString();
    try (CkptProcess watch =
        CkptProcess.start(
            folder.resolve("errors"),
            "watch",
            pid,
            "-o",
            into,
            "--every",
            "100ms",
            "--keep",
            "1",
            "--compress",
            "zstd",
            "--no-sync")) {
      Await.until(
          "an image",
          () -> Files.exists(images.resolve("000005.ckpt")) || watch.hasEnded(),
          task::describe);
      assertFalse(watch.hasEnded(), watch.errors());
      watch.send(SIGINT);
      assertEquals(INTERRUPTED, watch.awaitExit());
      assertEquals(List.of(), watch.errors().lines().filter(l -> l.contains("IMAGE")).toList());
    }
    List<Path> all;
    try (Stream<Path> files = Files.list(images)) {
      all = files.sorted().toList();
    }
    expectCompressed(all.get(0).toString(), "zstd");
    for (Path image : all) {
      done("verify", image.toString());
    }
    restore(all.get(all.size() - 1).toString());
    task.finish(0);
  }

  /** Ctrl-C at any time, most of all while it is compressed. */
  @Test
  void leavesNothingWhenItIsInterrupted() throws IOException {
    List<String> before = names();
    for (int i = 0; i < 6; i++) {
      Path image = folder.resolve("image");
      try (CkptProcess dump =
          CkptProcess.start(
              folder.resolve("errors"),
              "dump",
              pid,
              "-o",
              image.toString(),
              "--compress",
              "zstd")) {
        Await.pause(150 + 90 * i);
        dump.send(SIGINT);
        int code = dump.awaitExit();
        assertTrue(code == INTERRUPTED || code == 0, code + ": " + dump.errors());
        assertEquals(code == 0, Files.deleteIfExists(image));
      }
      Files.deleteIfExists(folder.resolve("errors"));
      assertEquals(before, names());
    }
    task.finish(0);
  }
}
