package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a user may name by mistake for a dump: the wrong process, the wrong file. The real command
 * says so in one line with its code, ends with that exit code, leaves nothing, and a task that runs
 * on and does not notice.
 */
@Tag("live")
class WrongInputLiveTest {
  private static final int REFUSED = 3;
  private static final int SIGNALLED = 128;
  private static final int KTHREADD = 2;

  private static Victim victim;

  @TempDir Path folder;
  private Path images;

  @BeforeAll
  static void startVictim() throws IOException {
    victim = Victim.start(new Programs.Program("victims/v_nanosleep", "victim", 0));
  }

  @AfterAll
  static void endVictim() throws IOException {
    try (Victim over = victim) {
      over.finish();
    }
  }

  @BeforeEach
  void makeFolder() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
  }

  @AfterEach
  void nothingWasDoneToTheTask() throws IOException {
    victim.expectUnharmed();
  }

  private CkptOutcome dump(int pid, String image, String... options) throws IOException {
    return dump(List.of(), Integer.toString(pid), image, options);
  }

  private CkptOutcome dump(List<String> before, String pid, String image, String... options)
      throws IOException {
    String[] words =
        Stream.concat(
                Stream.of("dump", pid, "-o", images.resolve(image).toString()), Stream.of(options))
            .toArray(String[]::new);
    return CkptOutcome.of(folder, before, words);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(images)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void expectNoImage() throws IOException {
    assertEquals(List.of(), files());
  }

  @Test
  void noSuchProcess() throws IOException {
    dump(Integer.MAX_VALUE, "image")
        .expectFailure(REFUSED, "TASK_NONE", "[pid 2147483647]", "name one that runs");
    expectNoImage();
  }

  @Test
  void aKernelThread() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/" + KTHREADD)), "no kernel thread can be seen here");
    assumeTrue(ProcFs.of(KTHREADD).comm().toString().equals("kthreadd"), "2 is another's");
    dump(KTHREADD, "image")
        .expectFailure(REFUSED, "TASK_KERNEL_THREAD", "[pid 2]", "only processes can be saved");
    expectNoImage();
  }

  @Test
  void aZombie() throws IOException {
    int zombie = Spawn.program("/bin/true").newSession().start();
    try {
      Await.until(
          "the end",
          () -> ProcFs.of(zombie).stat().state() == TaskState.ZOMBIE,
          () -> "pid " + zombie);
      dump(zombie, "image")
          .expectFailure(REFUSED, "TASK_ZOMBIE", "[pid " + zombie + "]", "nothing left to save");
      expectNoImage();
    } finally {
      Ptrace.waitFor(zombie, 0);
    }
  }

  /** A shell that becomes the command keeps its pid. */
  @Test
  void itself() throws IOException {
    String script = "n=$1; shift; exec \"$@\" dump $$ -o \"$n\"";
    List<String> shell = List.of("/bin/sh", "-c", script, "sh", images.resolve("image").toString());
    CkptOutcome.of(folder, shell).expectFailure(REFUSED, "TASK_SELF", "name another process");
    expectNoImage();
  }

  @Test
  void aThread() throws IOException {
    int thread =
        ProcFs.of(Tasks.self()).tasks().stream()
            .filter(tid -> tid != Tasks.self())
            .findFirst()
            .orElseThrow();
    dump(thread, "image")
        .expectFailure(
            REFUSED,
            "TASK_IS_THREAD",
            "[pid " + thread + "]",
            "process " + Tasks.self(),
            "name the process");
    expectNoImage();
  }

  @Test
  void oneThatIsTraced() throws IOException {
    try (LiveProgram traced =
        LiveProgram.start(new Programs.Program("refuse traced", "refuse", 0))) {
      traced.awaitReady();
      dump(traced.pid(), "image")
          .expectFailure(
              REFUSED,
              "TASK_TRACED",
              "[pid " + traced.pid() + "]",
              "by process " + ProcFs.of(traced.pid()).status().tracerPid(),
              "end the debugger first");
      expectNoImage();
      traced.finish(0);
    }
  }

  /** As root in a container without CAP_SYS_PTRACE: the task has a right that we lack. */
  @Test
  void oneThatWeMayNotTrace() throws IOException {
    assumeTrue(Tasks.effectiveUser() == 0, "only root can give up rights");
    List<String> weaker =
        List.of(Programs.needed("setpriv").toString(), "--bounding-set=-sys_ptrace");
    dump(weaker, Integer.toString(victim.pid()), "image")
        .expectFailure(
            REFUSED,
            "PTRACE_DENIED",
            "[pid " + victim.pid() + "] is not ours to look at",
            "kernel.yama.ptrace_scope");
    expectNoImage();
  }

  @Test
  void aThreadThatDoesNotStop() throws IOException {
    try (LiveProgram live =
        LiveProgram.start(new Programs.Program("engine/vfork_copy", "engine", 0))) {
      live.awaitReady();
      Await.until(
          "vfork",
          () -> ProcFs.of(live.pid()).stat().state() == TaskState.DISK_SLEEP,
          live::describe);
      dump(live.pid(), "image", "--freeze-timeout", "200ms")
          .expectFailure(
              REFUSED,
              "FREEZE_TIMEOUT",
              "tid " + live.pid(),
              "did not stop, it waits in ",
              "--freeze-timeout");
      expectNoImage();
      assertEquals(0, ProcFs.of(live.pid()).status().tracerPid());
      live.finish(0);
    }
  }

  /** Its reaper would swallow the stops in the same JVM; another process may dump it. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void aChildThatAJvmWaitsFor(boolean stop) throws Exception {
    Path base = LiveProgram.newFolder();
    Path status = base.resolve("own/status");
    Process child =
        new ProcessBuilder(Programs.folder().resolve("exit_code").toString(), status.toString())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      int pid = Math.toIntExact(child.pid());
      Await.until("ready", () -> Files.exists(status), () -> "pid " + pid);
      Await.until("its reaper to wait", () -> isWaitedFor(pid), () -> "pid " + pid);

      CkptOutcome outcome = stop ? dump(pid, "image", "--stop") : dump(pid, "image", "--no-sync");
      assertEquals(0, outcome.code(), outcome.toString());
      assertEquals(List.of("image"), files());
      if (!stop) {
        Files.createFile(base.resolve("own/status.go"));
      }
      assertTrue(child.waitFor(60, TimeUnit.SECONDS), "it does not end");
      assertEquals(stop ? SIGNALLED + Signals.SIGKILL : 42, child.exitValue());
    } finally {
      child.destroyForcibly().waitFor();
      LiveProgram.command("rm", "-rf", base.toString());
    }
  }

  /** Whether our own JVM is told that it cannot dump it, and what to do. */
  private static boolean isWaitedFor(int pid) throws IOException {
    return Checkpoint.obstacles(pid).stream()
        .anyMatch(
            found ->
                found.code() == RefusalCode.TASK_WAITED_FOR
                    && found.remedy().contains("with the ckpt command"));
  }

  @ParameterizedTest
  @CsvSource({
    "missing/image, IMAGE_NO_FOLDER, make it first",
    "file/image, IMAGE_NO_FOLDER, choose another name",
    "file, IMAGE_EXISTS, give --force",
    "link, IMAGE_EXISTS, give --force",
    "., IMAGE_IS_FOLDER, name a file in it",
    "loop/image, IMAGE_NOT_WRITABLE, choose another name",
    "/dev/null, IMAGE_NOT_FILE, choose another name",
    "/proc/image, IMAGE_NOT_WRITABLE, no file of that name can be made in /proc"
  })
  void aNameThatIsNoPlaceForAnImage(String name, String code, String remedy) throws IOException {
    Files.writeString(images.resolve("file"), "somebody's");
    Files.createSymbolicLink(images.resolve("link"), Path.of("nowhere"));
    Files.createSymbolicLink(images.resolve("loop"), Path.of("loop"));
    dump(victim.pid(), name).expectFailure(REFUSED, code, "image " + images.resolve(name), remedy);
    assertEquals(List.of("file", "link", "loop"), files());
    assertEquals("somebody's", Files.readString(images.resolve("file")));
  }

  @Test
  void aNameThatIsTooLong() throws IOException {
    dump(victim.pid(), "i".repeat(256))
        .expectFailure(REFUSED, "IMAGE_NOT_WRITABLE", "ENAMETOOLONG", "choose another name");
    expectNoImage();
  }

  @Test
  void aFolderThatMayNotBeWrittenTo() throws IOException {
    assumeTrue(Tasks.effectiveUser() == 0, "only root can give up rights");
    Files.setPosixFilePermissions(images, PosixFilePermissions.fromString("r-xr-xr-x"));
    List<String> weaker =
        List.of(Programs.needed("setpriv").toString(), "--bounding-set=-dac_override");
    dump(weaker, Integer.toString(victim.pid()), "image")
        .expectFailure(REFUSED, "IMAGE_NOT_WRITABLE", "EACCES", "get the right");
    expectNoImage();
  }

  /** What --force is to replace stays when there is nothing to replace it by. */
  @Test
  void anOldImageOutlivesADumpThatIsRefused() throws IOException {
    Files.writeString(images.resolve("old"), "old");
    dump(Integer.MAX_VALUE, "old", "--force").expectFailure(REFUSED, "TASK_NONE");
    assertEquals("old", Files.readString(images.resolve("old")));
    assertEquals(List.of("old"), files());
  }
}
