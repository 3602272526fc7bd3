package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import dev.ckpt.format.ImageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL, SIGTERM, SIGINT and SIGHUP to the real command, and SIGKILL to the task, at the phases
 * and calls of a dump and of a restore. A dump leaves no image and a task that runs on, a restore
 * leaves nothing, or either is done.
 *
 * <p>Some are taken at random: {@code ckpt.signals.seed} repeats them, {@code ckpt.signals.all}
 * takes all.
 */
@Tag("live")
class SignalsLiveTest {
  private static final boolean ALL = Boolean.getBoolean("ckpt.signals.all");
  private static final long SEED = Long.getLong("ckpt.signals.seed", System.nanoTime());
  private static final int SAMPLE = 4;
  private static final int FAILED = 1;
  private static final int FOREGROUND_FAILED = 125;
  private static final int SIGNALLED = 128;

  private static final Map<String, Integer> SIGNALS =
      Map.of(
          "KILL", Signals.SIGKILL,
          "TERM", Signals.SIGTERM,
          "INT", Signals.SIGINT,
          "HUP", Signals.SIGHUP);

  /** From here on a dump is done. */
  private static final String PUBLISHED = "publish";

  /** With --stop there is none, and the dump would end the task. */
  private static final String THAWED = "thaw";

  /** The phase in which signals go to the restored task, and the one in which it runs. */
  private static final List<String> AT_THE_END = List.of("finish", "letGo");

  @TempDir Path folder;
  private Path images;
  private final Random random = new Random(SEED);

  /** From here on the pid of a restore is that of the new task. */
  private static final String BORN = "birth";

  /** What a fault switch has counted: all calls, and those until the end of each phase. */
  private record Counted(long calls, List<String> phases, List<Long> until) {
    static Counted of(CkptOutcome outcome) {
      assertEquals(0, outcome.code(), outcome.toString());
      List<String> phases = new ArrayList<>();
      List<Long> until = new ArrayList<>();
      for (String phase : line(outcome, "phases: ").split(" ")) {
        int colon = phase.indexOf(':');
        phases.add(phase.substring(0, colon));
        until.add(Long.valueOf(phase.substring(colon + 1)));
      }
      return new Counted(Long.parseLong(line(outcome, "touching calls: ")), phases, until);
    }

    private static String line(CkptOutcome outcome, String begin) {
      return outcome
          .err()
          .lines()
          .filter(each -> each.startsWith(begin))
          .findFirst()
          .orElseThrow()
          .substring(begin.length());
    }
  }

  @BeforeEach
  void makeFolder() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
  }

  @AfterEach
  void tellTheSeed() {
    System.out.println("SignalsLiveTest: ckpt.signals.seed=" + SEED);
  }

  private CkptOutcome run(String fault, String... arguments) throws IOException {
    return CkptOutcome.of(folder, Map.of("CKPT_FAULT_KILL", fault), List.of(), arguments);
  }

  /** In a run of an hour a machine gives the number to somebody else now and then. */
  private CkptOutcome restore(LiveProgram live, String fault, String... words) throws IOException {
    CkptOutcome outcome = run(fault, words);
    while (outcome.err().startsWith("ckpt: PID_TAKEN: ")) {
      Await.until("a free pid", () -> !Signals.exists(live.pid()), live::describe);
      outcome = run(fault, words);
    }
    return outcome;
  }

  /** All of them, or some. */
  private List<String> sample(List<String> faults) {
    List<String> some = new ArrayList<>(faults);
    if (!ALL) {
      Collections.shuffle(some, random);
      return some.subList(0, Math.min(SAMPLE, some.size()));
    }
    return some;
  }

  private static List<String> atPhases(List<String> signals, List<String> phases) {
    return signals.stream()
        .flatMap(signal -> phases.stream().map(phase -> signal + "=phase:" + phase))
        .toList();
  }

  private static List<String> atCalls(String signal, long first, long last) {
    return LongStream.rangeClosed(first, last)
        .boxed()
        .flatMap(n -> Stream.of("before:", "after:").map(side -> signal + "=" + side + n))
        .toList();
  }

  private static int signal(String fault) {
    return SIGNALS.get(fault.substring(0, fault.indexOf('=')));
  }

  private static String place(String fault) {
    return fault.substring(fault.lastIndexOf(':') + 1);
  }

  private List<Path> imageFiles() throws IOException {
    try (Stream<Path> files = Files.list(images)) {
      return files.toList();
    }
  }

  private static void verify(Path image) throws IOException {
    try (ImageFile file = ImageFile.open(image)) {
      file.verify();
    }
  }

  /** Its own, at every phase; SIGKILL at every call is what SurvivalLiveTest does. */
  @Test
  void aDumpThatIsSignalled() throws IOException {
    try (Victim victim = Victim.start(new Programs.Program("victims/v_nanosleep", "victim", 0))) {
      Path image = images.resolve("image");
      String[] words = {"dump", Integer.toString(victim.pid()), "-o", image.toString()};
      Counted counted = Counted.of(run("count", words));
      Files.delete(image);
      for (String fault : sample(atPhases(List.of("KILL", "TERM", "INT", "HUP"), counted.phases))) {
        boolean stop = !List.of(PUBLISHED, THAWED).contains(place(fault)) && random.nextBoolean();
        CkptOutcome outcome = run(fault, with(words, stop ? "--stop" : "--force"));
        victim.expectUnharmed();
        boolean published = place(fault).equals(PUBLISHED);
        if (!published || signal(fault) == Signals.SIGKILL) {
          assertEquals(SIGNALLED + signal(fault), outcome.code(), fault + " " + outcome);
        }
        if (published) {
          verify(image);
          Files.delete(image);
        } else if (signal(fault) != Signals.SIGKILL) {
          outcome.expectFailure(
              SIGNALLED + signal(fault), "INTERRUPTED", "there is no image, the task runs");
        }
        assertEquals(List.of(), imageFiles(), fault);
      }
      victim.finish();
    }
  }

  /** A task that is ended by somebody else while it is dumped. */
  @Test
  void aTaskThatIsKilledWhileItIsDumped() throws IOException {
    Programs.Program program = new Programs.Program("threads", "save", 0);
    Counted counted;
    Path image = images.resolve("image");
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      counted = Counted.of(run("count", words(live, image)));
      Files.delete(image);
    }
    List<String> faults = new ArrayList<>(atCalls("KILL", 1, counted.calls));
    faults.addAll(atPhases(List.of("KILL"), counted.phases));
    for (String fault : sample(faults)) {
      try (LiveProgram live = LiveProgram.start(program)) {
        live.awaitReady();
        CkptOutcome outcome =
            run(fault.replace("KILL=", "KILL@" + live.pid() + "="), words(live, image));
        if (outcome.code() == 0 && isAmongTheLast(fault, counted.calls) && !live.hasEnded()) {
          // This dump took fewer calls than the one that was counted.
          live.finish(0);
        } else {
          assertEquals(SIGNALLED + Signals.SIGKILL, live.awaitExit(), fault);
        }
        if (outcome.code() == 0) {
          // It had all of it by then.
          verify(image);
          Files.delete(image);
        } else {
          outcome.expectFailure(FAILED, "TARGET_GONE", "[pid " + live.pid());
        }
        assertEquals(List.of(), imageFiles(), fault);
      }
    }
  }

  /** How many calls a dump takes depends on how long its threads take to stop. */
  private static boolean isAmongTheLast(String fault, long calls) {
    String[] place = fault.substring(fault.indexOf('=') + 1).split(":", 2);
    return !place[0].equals("phase") && Long.parseLong(place[1]) > calls * 9 / 10;
  }

  private static String[] with(String[] words, String option) {
    return Stream.concat(Stream.of(words), Stream.of(option)).toArray(String[]::new);
  }

  private static String[] words(LiveProgram live, Path image) {
    return new String[] {"dump", Integer.toString(live.pid()), "-o", image.toString(), "--no-sync"};
  }

  /** Who restores, and from what; each restore takes the task's pid. */
  private interface Restores {
    void with(LiveProgram live, String[] words, Counted counted) throws IOException;
  }

  private void restores(Restores body) throws IOException {
    try (LiveProgram live = LiveProgram.start(new Programs.Program("threads", "save", 0))) {
      live.awaitReady();
      Path image = live.besides("image");
      live.dump(image, true);
      String[] words = {"restore", image.toString()};
      CkptOutcome detached = run("count", "restore", image.toString(), "--detach");
      Sessions.end(live.pid());
      live.awaitGone();
      body.with(live, words, Counted.of(detached));
      live.restore(image, false);
      live.finish(0);
    }
  }

  @Test
  void aRestoreThatIsSignalled() throws IOException {
    restores(
        (live, words, counted) -> {
          List<String> phases = new ArrayList<>(counted.phases);
          assertTrue(phases.removeAll(AT_THE_END), phases.toString());
          for (String fault : sample(atPhases(List.of("TERM", "INT", "HUP"), phases))) {
            restore(live, fault, words)
                .expectFailure(SIGNALLED + signal(fault), "INTERRUPTED", "nothing is left of it");
            expectNothing(live, fault);
          }
        });
  }

  /** At the last calls it is let go: then it runs, without us. */
  @Test
  void aRestoreThatIsKilled() throws IOException {
    restores(
        (live, words, counted) -> {
          List<String> faults = new ArrayList<>(atCalls("KILL", 1, counted.calls));
          faults.addAll(atPhases(List.of("KILL"), counted.phases));
          List<String> some = new ArrayList<>(sample(faults));
          some.addAll(ALL ? List.of() : sample(faults.subList(faults.size() - 40, faults.size())));
          for (String fault : some) {
            CkptOutcome outcome = restore(live, fault, words);
            assertEquals(SIGNALLED + Signals.SIGKILL, outcome.code(), fault + " " + outcome);
            if (isLetGo(live)) {
              expectRuns(live, fault);
            }
            expectNothing(live, fault);
          }
        });
  }

  /**
   * A new task that is ended by somebody else before it runs. NB: not before it is there, or we
   * would kill whoever has got its pid meanwhile.
   */
  @Test
  void aTaskThatIsKilledWhileItIsRebuilt() throws IOException {
    restores(
        (live, words, counted) -> {
          int born = counted.phases.indexOf(BORN);
          List<String> faults =
              new ArrayList<>(atCalls("KILL", counted.until.get(born) + 1, counted.calls));
          faults.addAll(
              atPhases(List.of("KILL"), counted.phases.subList(born, counted.phases.size())));
          for (String fault : sample(faults)) {
            String killing = fault.replace("KILL=", "KILL@" + live.pid() + "=");
            CkptOutcome outcome = restore(live, killing, words);
            // It was at our hands, or it just ran.
            if (outcome.code() != SIGNALLED + Signals.SIGKILL) {
              outcome.expectFailure(FOREGROUND_FAILED, "TARGET_GONE");
            }
            expectNothing(live, fault);
          }
        });
  }

  /** Waits until the kernel has ended it or let it go. */
  private static boolean isLetGo(LiveProgram live) throws IOException {
    boolean[] runs = new boolean[1];
    Await.until(
        "the end of our tracing",
        () -> {
          runs[0] = false;
          if (live.hasEnded()) {
            return true;
          }
          ProcFs proc = ProcFs.of(live.pid());
          runs[0] =
              proc.status().tracerPid() == 0
                  && proc.stat().state() != TaskState.STOPPED
                  && proc.comm().toString().equals("threads");
          return runs[0];
        },
        live::describe);
    return runs[0];
  }

  private static void expectRuns(LiveProgram live, String fault) throws IOException {
    live.go();
    Await.until("its end after " + fault, live::hasEnded, live::describe);
    live.expectOk();
  }

  /** No process, thread or zombie with the number, and no file of ours. */
  private static void expectNothing(LiveProgram live, String fault) throws IOException {
    live.awaitGone();
    assertFalse(Signals.exists(live.pid()), fault);
    try (Stream<Path> files = Files.list(live.folder())) {
      assertEquals(
          List.of(),
          files.filter(file -> file.getFileName().toString().startsWith(".ckpt")).toList(),
          fault);
    }
  }
}
