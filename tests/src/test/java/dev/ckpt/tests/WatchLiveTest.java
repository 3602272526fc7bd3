package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that make images upon each other, and images of a task that runs on meanwhile. */
@Tag("live")
class WatchLiveTest {
  private static final int SIGINT = 2;
  private static final int INTERRUPTED = 128 + SIGINT;

  @TempDir Path folder;
  private Path images;
  private LiveProgram task;
  private String pid;

  @BeforeEach
  void start() throws IOException {
    images = folder.resolve("images");
    task = LiveProgram.start(new Programs.Program("bigmem 64", "save", 0));
    task.awaitReady();
    pid = Integer.toString(task.pid());
  }

  @AfterEach
  void end() throws IOException {
    task.close();
  }

  private CkptProcess watch(String... more) throws IOException {
    List<String> words =
        Stream.concat(
                Stream.of("watch", pid, "-o", images.toString(), "--every", "100ms", "--no-sync"),
                Stream.of(more))
            .toList();
    return CkptProcess.start(folder.resolve("errors"), words.toArray(String[]::new));
  }

  private CkptOutcome run(String... words) throws IOException {
    return CkptOutcome.of(folder, List.of(), words);
  }

  private List<String> names() throws IOException {
    if (!Files.isDirectory(images)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(images)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void awaitImage(String name, CkptProcess watch) throws IOException {
    Await.until(name, () -> names().contains(name) || watch.hasEnded(), task::describe);
    assertFalse(watch.hasEnded(), watch.errors());
  }

  /** Until Ctrl-C; the last image comes back, and so does one that all is folded into. */
  @Test
  void leavesTheLastImages() throws IOException {
    try (CkptProcess watch = watch("--keep", "2")) {
      awaitImage("000007.ckpt", watch);
      watch.send(SIGINT);
      assertEquals(INTERRUPTED, watch.awaitExit());
    }
    List<String> names = names();
    assertTrue(names.size() >= 2 && names.size() <= 4, names.toString());
    assertTrue(
        ProcFs.of(task.pid()).smaps().entries().stream().noneMatch(vma -> vma.hasFlag("uw")));
    String last = images.resolve(names.get(names.size() - 1)).toString();
    CkptOutcome verified = run("verify", last);
    assertEquals(0, verified.code(), verified.err());
    assertTrue(verified.out().contains("parent image"), verified.out());
    CkptOutcome merged = run("merge", last, "-o", folder.resolve("whole").toString());
    assertEquals(0, merged.code(), merged.err());
    Signals.kill(task.pid(), Signals.SIGKILL);
    task.awaitExit();
    task.awaitGone();
    task.restore(Path.of(last), false);
    Signals.kill(task.pid(), Signals.SIGKILL);
    task.awaitExit();
    task.awaitGone();
    task.restore(folder.resolve("whole"), false);
    task.finish(0);
  }

  @Test
  void endsWithTheProcess() throws IOException {
    try (CkptProcess watch = watch()) {
      awaitImage("000002.ckpt", watch);
      task.finish(0);
      assertEquals(0, watch.awaitExit(), watch.errors());
    }
    assertTrue(names().size() >= 2, names().toString());
  }

  /** The task does not notice, and another dump of it can be made at once. */
  @Test
  void isKilledAtAnyTime() throws IOException {
    for (int i = 0; i < 6; i++) {
      int before = names().size();
      try (CkptProcess watch = watch()) {
        Await.until("an image", () -> names().size() > before || watch.hasEnded(), task::describe);
        Await.pause(17 * i);
        watch.send(Signals.SIGKILL);
        watch.awaitExit();
      }
    }
    task.dump(folder.resolve("plain"), true);
    task.restore(folder.resolve("plain"), false);
    task.finish(0);
  }

  @Test
  void leavesNoFolderOfATaskThatIsNone() throws IOException {
    CkptOutcome outcome = run("watch", "4194303", "-o", images.toString());
    assertEquals(3, outcome.code(), outcome.err());
    assertTrue(outcome.err().contains("TASK_NONE"), outcome.err());
    assertFalse(Files.exists(images));
  }

  @Test
  void copiesTheMemoryBeforeTheFreeze() throws IOException {
    Path image = folder.resolve("image");
    CkptOutcome outcome = run("dump", pid, "-o", image.toString(), "--pre-dump", "--no-sync");
    assertEquals(0, outcome.code(), outcome.err());
    CkptOutcome verified = run("verify", image.toString());
    assertEquals(0, verified.code(), verified.err());
    assertFalse(verified.out().contains("parent"), verified.out());
    Signals.kill(task.pid(), Signals.SIGKILL);
    task.awaitExit();
    task.awaitGone();
    task.restore(image, false);
    task.finish(0);
  }

  /** Such an image is sealed, and so was what it was made of. */
  @Test
  void copiesTheMemoryIntoASealedImage() throws IOException {
    Path key = Files.write(folder.resolve("key"), new byte[40]);
    LiveProgram.command("chmod", "600", key.toString());
    String image = folder.resolve("image").toString();
    CkptOutcome outcome =
        run("dump", pid, "-o", image, "--pre-dump", "--no-sync", "--key-file", key.toString());
    assertEquals(0, outcome.code(), outcome.err());
    assertEquals(1, run("verify", image).code());
    assertEquals(0, run("verify", image, "--key-file", key.toString()).code());
    task.finish(0);
  }

  /** Nothing is left when it does not fit, or nobody wants it any more. */
  @Test
  void leavesNothingOfACopyThatIsInterrupted() throws IOException {
    Files.createDirectory(images);
    for (int i = 0; i < 5; i++) {
      try (CkptProcess dump =
          CkptProcess.start(
              folder.resolve("errors"),
              "dump",
              pid,
              "-o",
              images.resolve("image").toString(),
              "--pre-dump")) {
        Await.pause(150 + 100 * i);
        dump.send(SIGINT);
        int code = dump.awaitExit();
        assertTrue(code == INTERRUPTED || code == 0, code + ": " + dump.errors());
        assertEquals(code == 0 ? List.of("image") : List.of(), names());
        Files.deleteIfExists(images.resolve("image"));
      }
    }
    task.finish(0);
  }

  /** By one command after another: what is equal is left out. */
  @Test
  void leavesOutWhatTheParentHas() throws IOException {
    String first = folder.resolve("first").toString();
    String second = folder.resolve("second").toString();
    assertEquals(0, run("dump", pid, "-o", first, "--no-sync").code());
    CkptOutcome outcome = run("dump", pid, "-o", second, "--parent", first, "--no-sync", "--stop");
    assertEquals(0, outcome.code(), outcome.err());
    assertTrue(outcome.out().contains(" in the parent"), outcome.out());
    assertTrue(Files.size(Path.of(second)) < Files.size(Path.of(first)) / 10);
    task.awaitExit();
    task.awaitGone();
    task.restore(Path.of(second), false);
    task.finish(0);
  }

  @Test
  void refusesAParentThatIsNone() throws IOException {
    Files.createDirectory(images);
    String image = images.resolve("image").toString();
    Path wrong = Files.write(folder.resolve("wrong"), new byte[5000]);
    assertEquals(1, run("dump", pid, "-o", image, "--parent", wrong.toString()).code());
    assertEquals(1, run("dump", pid, "-o", image, "--parent", wrong + "-none").code());
    try (LiveProgram other = LiveProgram.start(new Programs.Program("counter_loop", "save", 0))) {
      other.awaitReady();
      other.dump(folder.resolve("others"), false);
      CkptOutcome outcome =
          run("dump", pid, "-o", image, "--parent", folder.resolve("others").toString());
      assertEquals(1, outcome.code());
      assertTrue(outcome.err().contains("PARENT_OTHER"), outcome.err());
    }
    assertEquals(List.of(), names());
    task.finish(0);
  }
}
