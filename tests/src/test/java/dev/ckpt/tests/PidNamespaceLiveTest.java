package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.HelperProcess;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.rstr.Custody;
import dev.ckpt.rstr.PidPolicy;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of one task, each with its old numbers in a pid namespace of its own. */
@Tag("live")
class PidNamespaceLiveTest {
  private static final int COPIES = 10;
  private static final int PHASES = 13;
  private static final int ITS_CODE = 7;
  private static final int SIGNALLED = 128;
  private static final int REFUSED = 3;
  private static final int CODE_OF_SIGNAL = 40;
  private static final String CALLS = "touching calls: ";
  private static final boolean ALL = Boolean.getBoolean("ckpt.signals.all");
  private static final long SEED = Long.getLong("ckpt.signals.seed", System.nanoTime());
  private static final int SAMPLE = 4;
  private static final int LAST_CALLS = 20;

  @TempDir Path folder;
  private LiveProgram original;
  private Path image;
  private Set<Integer> own;

  @BeforeEach
  void dump() throws IOException {
    Path program = Programs.folder().resolve("engine/copies");
    original = LiveProgram.start(program, List.of("STATUS"));
    original.awaitReady();
    image = original.besides("image");
    original.dump(image, false);
    own = new HashSet<>(Namespaced.children());
  }

  @AfterEach
  void end() throws IOException {
    if (original != null) {
      for (int init : Namespaced.inits()) {
        Signals.kill(init, Signals.SIGKILL);
      }
      original.close();
      own.remove(original.pid());
      Namespaced.awaitNone(own);
    }
  }

  private Path log(int copy) {
    return folder.resolve("log" + copy);
  }

  private RestartedTask restore(int copy, Custody custody) throws IOException {
    RestartOptions options =
        RestartOptions.of()
            .withCustody(custody)
            .withPids(PidPolicy.NAMESPACE)
            .withInheritFds(Map.of(1, log(copy)));
    try (FileChannel channel = FileChannel.open(image)) {
      return Restart.restore(options, channel);
    }
  }

  private String said(int copy) throws IOException {
    return Files.readString(log(copy)).strip();
  }

  /** No copy, init or child of theirs is left, and nobody has complained. */
  private void expectNothingLeft() throws IOException {
    Namespaced.awaitNone(own);
    assertEquals(List.of("ready"), original.lines());
  }

  @ParameterizedTest
  @EnumSource(value = Custody.class, names = "JOB", mode = EnumSource.Mode.EXCLUDE)
  void tenRunAtOnceBesideTheOriginal(Custody custody) throws IOException {
    long mounts = nrProcs();
    List<RestartedTask> tasks = new ArrayList<>();
    for (int copy = 0; copy < COPIES; copy++) {
      RestartedTask task = restore(copy, custody);
      tasks.add(task);
      assertEquals(original.pid(), task.ownPid());
      assertNotEquals(original.pid(), task.pid());
    }
    assertEquals(COPIES, Namespaced.known(original.pid()).size());
    assertEquals(COPIES, Namespaced.inits().size());
    assertEquals(mounts, nrProcs(), "a /proc of theirs is seen outside");
    original.withVerdict(() -> {}).finish(ITS_CODE);
    for (int copy = 0; copy < COPIES; copy++) {
      assertEquals(ITS_CODE, Namespaced.awaitExit(tasks.get(copy).pid()));
      assertEquals("ok " + tasks.get(copy).ownPid(), said(copy));
    }
    expectNothingLeft();
  }

  private static long nrProcs() throws IOException {
    return ProcFs.of(Tasks.self()).mounts().stream()
        .filter(mount -> mount.mountPoint().equals(ByteString.of("/proc")))
        .count();
  }

  @Test
  void isWaitedForWithItsInit() throws IOException {
    RestartedTask task = restore(0, Custody.JOB);
    original.go();
    assertEquals(ITS_CODE, task.awaitExit());
    assertEquals("ok " + task.ownPid(), said(0));
    assertEquals(own, Set.copyOf(Namespaced.children()));
  }

  @Test
  void aJavaProgramHasManyAtOnce() throws IOException {
    dev.ckpt.Restart restart = dev.ckpt.Restart.from(image).trustingImage().inPidNamespace();
    try (HelperProcess first = restart.inheriting(1, log(1)).start();
        HelperProcess second = restart.inheriting(1, log(2)).start()) {
      assertNotEquals(first.pid(), second.pid());
      original.go();
      assertEquals(ITS_CODE, first.waitFor());
      assertEquals(ITS_CODE, second.waitFor());
    }
    assertEquals(said(1), said(2));
    expectNothingLeft();
  }

  /** Kills the init at the end of one phase. */
  private static final class KillTheInit implements RestartOptions.Gate {
    private final int when;
    private int passed;
    private boolean killed;

    KillTheInit(int when) {
      this.when = when;
    }

    @Override
    public void pass() throws CkptException {
      passed++;
      if (passed == when) {
        kill();
      }
    }

    @Override
    public void commit() throws CkptException {
      if (when == 0) {
        kill();
      }
    }

    private void kill() throws CkptException {
      try {
        List<Integer> inits = Namespaced.inits();
        killed = !inits.isEmpty();
        for (int init : inits) {
          Signals.kill(init, Signals.SIGKILL);
        }
      } catch (CkptException e) {
        throw e;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** From its birth on, by somebody else: the kernel ends the half-built task with it. */
  @Test
  void anInitThatIsKilledTakesAllWithIt() throws IOException {
    int nrKilled = 0;
    for (int when = 0; when < PHASES; when++) {
      KillTheInit gate = new KillTheInit(when);
      RestartOptions options =
          RestartOptions.of()
              .withDetach(when % 2 == 0)
              .withPids(PidPolicy.NAMESPACE)
              .withInheritFds(Map.of(1, log(when)))
              .withGate(gate);
      try (FileChannel channel = FileChannel.open(image)) {
        RestartedTask task = Restart.restore(options, channel);
        if (gate.killed) {
          // It was whole when its init died.
          assertEquals(SIGNALLED + Signals.SIGKILL, Namespaced.awaitExit(task.pid()));
        } else {
          Signals.kill(task.pid(), Signals.SIGTERM);
          assertEquals(CODE_OF_SIGNAL + Signals.SIGTERM, Namespaced.awaitExit(task.pid()));
        }
      } catch (TargetGoneException e) {
        assertTrue(gate.killed, e.toString());
      }
      nrKilled += gate.killed ? 1 : 0;
      expectNothingLeft();
    }
    assertTrue(nrKilled > PHASES / 2, nrKilled + " killed");
  }

  @Test
  void endsWithItsInit() throws IOException {
    RestartedTask task = restore(0, Custody.CHILD);
    Signals.kill(Namespaced.inits().get(0), Signals.SIGKILL);
    assertEquals(SIGNALLED + Signals.SIGKILL, Namespaced.awaitExit(task.pid()));
    expectNothingLeft();
  }

  @Test
  void cannotBeDumpedFromOutside() throws IOException {
    RestartedTask task = restore(0, Custody.CHILD);
    CheckpointOptions options = CheckpointOptions.of(task.pid());
    Path second = folder.resolve("second");
    UnsupportedStateException e =
        assertThrows(
            UnsupportedStateException.class,
            () -> {
              try (ImageFileOutput output = ImageFileOutput.create(second, false)) {
                Checkpoint.dump(options, output);
              }
            });
    assertTrue(e.refusals().stream().anyMatch(refusal -> refusal.code() == RefusalCode.NAMESPACE));
    Signals.kill(task.pid(), Signals.SIGTERM);
    assertEquals(CODE_OF_SIGNAL + Signals.SIGTERM, Namespaced.awaitExit(task.pid()));
    expectNothingLeft();
  }

  private CkptProcess command(int copy, String... more) throws IOException {
    List<String> words =
        new ArrayList<>(List.of("restore", image.toString(), "--pid-namespace", "--stdout"));
    words.add(log(copy).toString());
    words.addAll(List.of("--pid-file", folder.resolve("pid" + copy).toString()));
    words.addAll(List.of(more));
    return CkptProcess.start(errors(copy), words.toArray(String[]::new));
  }

  private Path errors(int copy) {
    return folder.resolve("errors" + copy);
  }

  /** What the file of --pid-file says. */
  private int pidOf(int copy) throws IOException {
    Path file = folder.resolve("pid" + copy);
    Await.until(
        "the pid",
        () -> Files.exists(file) && Files.readString(file).endsWith("\n"),
        () -> errors(copy).toString());
    return Integer.parseInt(Files.readString(file).strip());
  }

  @ParameterizedTest
  @ValueSource(ints = {Signals.SIGTERM, Signals.SIGINT})
  void theCommandPassesSignalsOnAndEndsWithItsCode(int signal) throws IOException {
    try (CkptProcess first = command(1);
        CkptProcess second = command(2)) {
      int pid = pidOf(1);
      assertEquals(List.of(pid, original.pid()), ProcFs.of(pid).status().nsPid());
      pidOf(2);
      first.send(signal);
      assertEquals(CODE_OF_SIGNAL + signal, first.awaitExit(), first.errors());
      assertEquals("signal " + signal, said(1));
      original.go();
      assertEquals(ITS_CODE, second.awaitExit(), second.errors());
      assertEquals("ok " + original.pid(), said(2));
    }
    expectNothingLeft();
  }

  @Test
  void goesOnWithoutTheCommand() throws IOException {
    int pid;
    try (CkptProcess ckpt = command(1)) {
      pid = pidOf(1);
      Await.until(
          "the end of our tracing", () -> ProcFs.of(pid).status().tracerPid() == 0, () -> "traced");
      ckpt.send(Signals.SIGKILL);
      assertEquals(SIGNALLED + Signals.SIGKILL, ckpt.awaitExit());
    }
    assertEquals(1, Namespaced.inits().size());
    original.go();
    assertEquals(ITS_CODE, Namespaced.awaitExit(pid));
    assertEquals("ok " + original.pid(), said(1));
    expectNothingLeft();
  }

  @Test
  void theCommandLeavesItAloneAndTellsBothNumbers() throws IOException {
    CkptOutcome outcome =
        CkptOutcome.of(
            folder,
            List.of(),
            "restore",
            image.toString(),
            "--pid-namespace",
            "--detach",
            "--stdout",
            log(1).toString());
    assertEquals(0, outcome.code(), outcome.toString());
    int pid = Namespaced.known(original.pid()).get(0);
    String numbers = "pid " + pid + " (" + original.pid() + " in its namespace) restored from ";
    assertTrue(outcome.out().startsWith(numbers), outcome.toString());
    original.go();
    assertEquals(ITS_CODE, Namespaced.awaitExit(pid));
    expectNothingLeft();
  }

  /** Starts a copy of a program as an ordinary user, to whom its folder belongs. */
  private static LiveProgram startAsUser(String program) throws IOException {
    String script =
        "d=$(dirname \"$1\"); cp \"$0\" \"$d/program\" && chown -R 1234:1234 \"$d\""
            + " && exec setpriv --reuid=1234 --regid=1234 --clear-groups \"$d/program\" \"$1\"";
    String file = Programs.folder().resolve(program).toString();
    LiveProgram live =
        LiveProgram.start(Programs.needed("sh"), List.of("-c", script, file, "STATUS"));
    live.awaitReady();
    return live;
  }

  /** The command has one right: to read our classes, and an image of ours. */
  private CkptOutcome restoreAsUser(LiveProgram live) throws IOException {
    assumeTrue(Tasks.effectiveUser() == 0, "only root can become an ordinary user");
    Path image = live.besides("image");
    live.dump(image, false);
    List<String> command = new ArrayList<>();
    command.add(Programs.needed("setpriv").toString());
    command.addAll(List.of("--reuid=1234", "--regid=1234", "--clear-groups"));
    command.addAll(List.of("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"));
    command.addAll(CkptProcess.words("-Djava.io.tmpdir=" + live.folder()));
    String[] words = {
      "restore",
      image.toString(),
      "--pid-namespace",
      "--detach",
      "--stdout",
      live.folder().resolve("log").toString()
    };
    return CkptOutcome.ofWords(folder, Map.of(), command, words);
  }

  @Test
  void whoeverHasNoRightsHasItInAUserNamespace() throws IOException {
    try (LiveProgram live = startAsUser("engine/copies")) {
      CkptOutcome outcome = restoreAsUser(live);
      assumeFalse(outcome.err().contains("EPERM"), "user namespaces are not for everybody here");
      assertEquals(0, outcome.code(), outcome.toString());
      int pid = Namespaced.known(live.pid()).get(0);
      assertNotEquals(userNamespace(Tasks.self()), userNamespace(pid));
      assertEquals(0, ProcFs.of(pid).status().capEff());
      live.withVerdict(() -> {}).finish(ITS_CODE);
      assertEquals(ITS_CODE, Namespaced.awaitExit(pid));
      String log = Files.readString(live.folder().resolve("log")).strip();
      assertEquals("ok " + live.pid(), log);
    }
    expectNothingLeft();
  }

  private static Path userNamespace(int pid) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/user"));
  }

  @Test
  void whatTakesRightsIsRefusedToThem() throws IOException {
    try (LiveProgram live = startAsUser("anon_shared")) {
      CkptOutcome outcome = restoreAsUser(live);
      outcome.expectFailure(REFUSED, "NO_RIGHT_TO_NAMESPACE", "shared memory");
    }
    expectNothingLeft();
  }

  /** A restore that is killed: nothing of it is left, or it runs. */
  @Test
  void whoeverKillsTheCommandLeavesNothing() throws IOException {
    List<String> words =
        List.of("restore", image.toString(), "--pid-namespace", "--stdout", log(0).toString());
    CkptOutcome counted = run("count", words, "--detach");
    assertEquals(0, counted.code(), counted.toString());
    endCopies();
    String line = counted.err().lines().filter(each -> each.startsWith(CALLS)).findFirst().get();
    int calls = Integer.parseInt(line.substring(CALLS.length()));
    List<Integer> places = new ArrayList<>(IntStream.rangeClosed(1, calls).boxed().toList());
    if (!ALL) {
      List<Integer> last = new ArrayList<>(places.subList(calls - LAST_CALLS, calls));
      Collections.shuffle(places, new Random(SEED));
      Collections.shuffle(last, new Random(SEED));
      places = new ArrayList<>(places.subList(0, SAMPLE));
      places.addAll(last.subList(0, SAMPLE));
      places.add(calls);
    }
    System.out.println("PidNamespaceLiveTest: ckpt.signals.seed=" + SEED + " of " + calls);
    int ran = 0;
    for (int place : places) {
      String side = place == calls || place % 2 == 0 ? "after:" : "before:";
      String fault = "KILL=" + side + place;
      CkptOutcome outcome = run(fault, words);
      assertEquals(SIGNALLED + Signals.SIGKILL, outcome.code(), fault + outcome);
      ran += endCopies();
    }
    assertTrue(ran > 0, "one that was killed after its last call did not run");
  }

  private CkptOutcome run(String fault, List<String> words, String... more) throws IOException {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    String[] arguments = all.toArray(String[]::new);
    return CkptOutcome.of(folder, Map.of("CKPT_FAULT_KILL", fault), List.of(), arguments);
  }

  private static boolean isTraced(int pid) throws IOException {
    try {
      return ProcFs.of(pid).status().tracerPid() != 0;
    } catch (TargetGoneException e) {
      return false;
    }
  }

  /** Waits until the kernel has ended or let go of what there is, and ends what runs. */
  private int endCopies() throws IOException {
    Await.until(
        "the end of our tracing",
        () -> {
          List<Integer> all = new ArrayList<>(Namespaced.inits());
          all.addAll(Namespaced.known(original.pid()));
          for (int pid : all) {
            if (isTraced(pid)) {
              return false;
            }
          }
          return true;
        },
        () -> "it is traced");
    int ran = 0;
    for (int pid : Namespaced.known(original.pid())) {
      Signals.kill(pid, Signals.SIGTERM);
      int code = Namespaced.awaitExit(pid);
      if (code == CODE_OF_SIGNAL + Signals.SIGTERM) {
        ran++;
      } else {
        // The kernel was at it: its init was let go, and it was not.
        assertEquals(SIGNALLED + Signals.SIGKILL, code);
      }
    }
    expectNothingLeft();
    return ran;
  }
}
