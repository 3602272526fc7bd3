package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Core files as a real gdb sees them, and beside those of the kernel and of gdb itself. */
@Tag("live")
class CoreLiveTest {
  private static final int SIGQUIT = 3;
  private static final int SIGTERM = 15;
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final int CORE_DUMPED = 128 + SIGQUIT;
  private static final int INTERRUPTED = 128 + SIGTERM;
  private static final Pattern HAS_AVX = Pattern.compile("^flags.* avx ", Pattern.MULTILINE);
  private static final int PAGE = 4096;

  @TempDir Path folder;
  private LiveProgram task;
  private Path program;
  private String pid;

  @BeforeEach
  void start() throws IOException {
    Programs.needed("gdb");
    program = Programs.folder().resolve("engine/debuggee");
    task = LiveProgram.start(program, List.of("STATUS"));
    task.awaitReady();
    pid = Integer.toString(task.pid());
  }

  @AfterEach
  void end() throws IOException {
    task.close();
  }

  /** Makes a core file by the command; returns what it said on standard error. */
  private String core(String what, String name, String... more) throws IOException {
    List<String> words =
        new ArrayList<>(List.of("core", what, "-o", folder.resolve(name).toString()));
    words.addAll(List.of(more));
    CkptOutcome outcome = CkptOutcome.of(folder, List.of(), words.toArray(String[]::new));
    assertEquals(0, outcome.code(), outcome.toString());
    return outcome.err();
  }

  private Gdb gdb(String core, String... commands) throws IOException {
    return Gdb.of(program, folder.resolve(core), commands);
  }

  /** Threads, locals, registers, libraries, and memory of each kind. */
  private void expectAllOf(String core) throws IOException {
    Gdb gdb =
        gdb(
            core,
            "info threads",
            "thread apply 1 bt",
            "thread apply 2 bt",
            "thread apply 3 bt",
            "info sharedlibrary",
            "print in_data",
            "print/s in_rodata",
            "print in_heap",
            "x/s shared + 3 * 4096",
            "x/2c changed_file + 5 * 4096",
            "x/2c changed_file + 6 * 4096",
            "info auxv",
            "print (char)$_siginfo.si_signo");
    gdb.expect(
        "spin_with_vectors (spinner_local=",
        "wait_in_main (what=0x",
        "spinner (arg=0x63)",
        "sleeper (arg=0x",
        "/libc.so.6",
        "= 7002",
        "= \"text of a constant\"",
        "\"text on the heap\"",
        "\"text in shared memory\"",
        "33 '!'\t102 'f'",
        "103 'g'\t103 'g'",
        "\"x86_64\"",
        "= 0 '\\000'");
    assertEquals(3, gdb.answer(0).lines().filter(line -> line.contains("LWP")).count(), core);
    assertTrue(gdb.answer(0).contains("(LWP " + pid + ")"), gdb.toString());
    assertEquals(4, deep(gdb.answer(3)), gdb.toString());
    expectLocals(core);
  }

  private static long deep(String backtrace) {
    return Gdb.functions(backtrace).stream().filter("sleep_deep"::equals).count();
  }

  private void expectLocals(String core) throws IOException {
    gdb(core, "frame function wait_in_main", "print local", "print ratio")
        .expect("wait_in_main", "{left = 42, name = 0x", "= 2.5");
    gdb(core, "thread 3", "frame function sleep_deep", "print depth_squared")
        .expect("Switching to thread 3", "sleep_deep (depth=", "= 9");
    Gdb spinner = gdb(core, "thread 2", "frame function spin_with_vectors", "print kept");
    spinner.expect("Switching to thread 2", "spin_with_vectors (spinner_local=", "= 100");
    if (HAS_AVX.matcher(Files.readString(Path.of("/proc/cpuinfo"))).find()) {
      gdb(core, "thread 2", "print $ymm0.v8_int32")
          .expect("", "= {1, 2, 3, 4, 5, 6, 7, -559038737}");
    }
  }

  @Test
  void ofAnImage() throws IOException {
    Path image = task.besides("image");
    task.dump(image, false);
    assertEquals("", core(image.toString(), "core"));
    expectAllOf("core");
    core(image.toString(), "whole", "--all");
    expectAllOf("whole");
    task.finish(0);
  }

  @Test
  void ofAProcessThatRunsOn() throws IOException {
    Path json = folder.resolve("json");
    assertEquals("", core(pid, "core", "--json=" + json));
    assertTrue(Files.readString(json).contains("\"frozenMillis\":"), Files.readString(json));
    expectAllOf("core");
    try (var files = Files.list(folder)) {
      assertEquals(
          List.of("core", "json"),
          files.map(Path::getFileName).map(Path::toString).sorted().toList());
    }
    task.finish(0);
  }

  @Test
  void ofAChain() throws IOException {
    try (CheckpointSession session = CheckpointSession.open(task.pid())) {
      task.dump(session, task.besides("first"), false);
      task.dump(session, task.besides("second"), false);
      assertTrue(task.dump(session, task.besides("third"), false).keptPages() > 0);
    }
    assertEquals("", core(task.besides("third").toString(), "core"));
    expectAllOf("core");
    task.finish(0);
  }

  /** The same process, by us and then by the kernel, which has the last word. */
  @Test
  void isWhatTheKernelWrites() throws IOException {
    String pattern = Files.readString(Path.of("/proc/sys/kernel/core_pattern")).strip();
    assumeTrue(pattern.equals("core"), "the kernel's cores go to " + pattern);
    String limits = Files.readString(Path.of("/proc/" + pid + "/limits"));
    assumeTrue(
        limits.lines().anyMatch(line -> line.matches("Max core file size +unlimited.*")), limits);
    core(pid, "ours");
    Signals.kill(task.pid(), SIGQUIT);
    assertEquals(CORE_DUMPED, task.awaitExit());
    Path theirs;
    try (var files = Files.list(task.folder())) {
      theirs =
          files.filter(file -> file.getFileName().toString().startsWith("core")).findFirst().get();
    }
    try (CoreSegments kernel = new CoreSegments(theirs);
        CoreSegments ckpt = new CoreSegments(folder.resolve("ours"))) {
      assertEquals(shapes(kernel), shapes(ckpt));
    }
    String[] commands = {"thread apply all -s bt", "info sharedlibrary", "info proc mappings"};
    Gdb kernel = Gdb.of(program, theirs, commands);
    Gdb ckpt = gdb("ours", commands);
    assertEquals(
        Gdb.functions(kernel.answer(0)).stream().sorted().toList(),
        Gdb.functions(ckpt.answer(0)).stream().sorted().toList());
    assertEquals(kernel.answer(1), ckpt.answer(1));
    assertEquals(kernel.answer(2), ckpt.answer(2));
    List<String> more = new ArrayList<>(ckpt.greeting());
    more.removeAll(kernel.greeting());
    more.removeIf(line -> !line.contains("warning"));
    assertEquals(List.of(), more, "warnings that are of our core alone");
  }

  /** But for what has no content in an image: the clock's page and the one at the end. */
  private static List<String> shapes(CoreSegments core) throws IOException {
    List<String> shapes = new ArrayList<>();
    for (CoreSegments.Load load : core.loads()) {
      boolean empty =
          load.fileBytes() == 0 || load.addr() < 0 || load.flags() == 4 && !hasBytes(core, load);
      shapes.add(
          empty
              ? String.format("%x %x %d", load.addr(), load.memBytes(), load.flags())
              : load.shape());
    }
    return shapes;
  }

  private static boolean hasBytes(CoreSegments core, CoreSegments.Load load) throws IOException {
    for (long addr = load.addr(); addr < load.addr() + load.fileBytes(); addr += PAGE) {
      if (!core.page(addr).equals(ByteBuffer.allocate(PAGE))) {
        return true;
      }
    }
    return false;
  }

  /** Of a process that does not move meanwhile. */
  @Test
  void hasTheBytesAndRegistersThatGcoreHas() throws IOException {
    Path gcore = Programs.needed("gcore");
    Signals.kill(task.pid(), SIGSTOP);
    Await.until(
        "the stop",
        () -> ProcFs.of(task.pid()).stat().state() == TaskState.STOPPED,
        task::describe);
    core(pid, "ours", "--all");
    String said =
        Gdb.run(List.of(gcore.toString(), "-o", folder.resolve("theirs").toString(), pid));
    String theirs = "theirs." + pid;
    assertTrue(Files.exists(folder.resolve(theirs)), said);
    try (CoreSegments gdb = new CoreSegments(folder.resolve(theirs));
        CoreSegments ckpt = new CoreSegments(folder.resolve("ours"))) {
      int nrSame = 0;
      for (CoreSegments.Load load : gdb.loads()) {
        for (long addr = load.addr(); addr < load.addr() + load.fileBytes(); addr += PAGE) {
          ByteBuffer page = ckpt.page(addr);
          // The clock's page is of another moment.
          if (page.hasRemaining()) {
            assertEquals(gdb.page(addr), page, Long.toHexString(addr));
            nrSame++;
          }
        }
      }
      assertTrue(nrSame > 5000, nrSame + " pages");
    }
    // NB: not those of AVX-512, which gdb 13 reads wrongly from CPUs of AMD.
    String[] commands = {
      "thread apply all -q info registers",
      "thread apply all -q info registers float",
      "thread apply all -q info registers sse"
    };
    Gdb gdb = gdb(theirs, commands);
    Gdb ckpt = gdb("ours", commands);
    for (int i = 0; i < commands.length; i++) {
      // The threads may have another order.
      assertEquals(sorted(gdb.answer(i)), sorted(ckpt.answer(i)));
      assertTrue(gdb.answer(i).lines().count() >= 3 * 16, gdb.toString());
    }
    gdb("ours", "print $_siginfo.si_signo").expect("= 19");
    Signals.kill(task.pid(), SIGCONT);
    task.finish(0);
  }

  private static List<String> sorted(String text) {
    return text.lines()
        .filter(line -> !line.matches("(k\\d|xmm(1[6-9]|[23]\\d)) .*"))
        .sorted()
        .toList();
  }

  /** Where it finds no room: here because no file may be so large. */
  @Test
  void isWholeOrNotThere() throws IOException {
    Path image = task.besides("image");
    task.dump(image, false);
    Path core = folder.resolve("core");
    for (String what : List.of(image.toString(), pid)) {
      CkptOutcome outcome =
          CkptOutcome.of(
              folder,
              List.of(Programs.needed("prlimit").toString(), "--fsize=1048576"),
              "core",
              what,
              "-o",
              core.toString());
      outcome.expectFailure(1, "IMAGE_NO_ROOM", "core file " + core + " does not fit");
      try (var left = Files.list(folder)) {
        assertEquals(List.of(), left.toList());
      }
    }
    task.finish(0);
  }

  /** It is there when a signal came too late, and else it is not; the process runs on. */
  @Test
  void canBeInterrupted() throws IOException {
    Path core = folder.resolve("core");
    Path errors = folder.resolve("errors");
    try (CkptProcess ckpt = CkptProcess.start(errors, "core", pid, "-o", core.toString())) {
      Await.until(
          "its first thread in the process",
          () -> ProcFs.of(task.pid()).status().tracerPid() != 0 || ckpt.hasEnded(),
          task::describe);
      if (!ckpt.hasEnded()) {
        ckpt.send(SIGTERM);
      }
      int code = ckpt.awaitExit();
      assertEquals(code == 0, Files.exists(core), "exit code " + code);
      if (code != 0) {
        assertEquals(INTERRUPTED, code);
        assertTrue(ckpt.errors().startsWith("ckpt: INTERRUPTED: "), ckpt.errors());
      }
    }
    task.finish(0);
  }

  @Test
  void saysWhatIsLeftOutWhenAMappedFileIsGone() throws IOException {
    Path image = task.besides("image");
    task.dump(image, false);
    Path mapped = Path.of(task.status() + ".mapped");
    Files.move(mapped, task.besides("moved"));
    String said = core(image.toString(), "core");
    assertTrue(said.startsWith("ckpt: note: " + mapped + " is not what was mapped"), said);
    assertEquals(1, said.lines().count(), said);
    gdb("core", "x/2c changed_file + 5 * 4096", "x/2c changed_file + 6 * 4096")
        .expect("33 '!'\t102 'f'", "Cannot access memory");
    Files.move(task.besides("moved"), mapped);
    task.finish(0);
  }
}
