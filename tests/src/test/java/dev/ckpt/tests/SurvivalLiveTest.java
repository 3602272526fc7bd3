package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.error.RefusalCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * A checkpointer is killed with SIGKILL over tasks that check themselves; they must not notice.
 *
 * <p>Properties: {@code ckpt.survival.every} tries each so-manieth call (1: all of them), {@code
 * ckpt.survival.random} is the number of kills at random moments that must fall between SEIZE and
 * DETACH, {@code ckpt.survival.apart} has every victim a checkpointer of its own (exact, slow),
 * {@code ckpt.survival.seed} repeats a random run, {@code ckpt.program} names a single victim.
 */
@Tag("live")
class SurvivalLiveTest {
  private static final int EVERY = Integer.getInteger("ckpt.survival.every", 8);
  private static final int RANDOM_KILLS = Integer.getInteger("ckpt.survival.random", 30);
  private static final boolean APART = Boolean.getBoolean("ckpt.survival.apart");
  private static final long SEED = Long.getLong("ckpt.survival.seed", System.nanoTime());
  private static final int RANDOM_MILLIS = 250;
  private static final int PATIENCE_SECONDS = 60;

  @TempDir Path temporary;
  private final List<Victim> victims = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    for (Programs.Program program : Programs.of("victim")) {
      try {
        victims.add(Victim.start(program));
      } catch (TestAbortedException e) {
        System.out.println("survival: without " + program + ": " + e.getMessage());
      }
    }
  }

  @AfterEach
  void end() throws IOException {
    for (Victim victim : victims) {
      victim.close();
    }
  }

  /** What is done to a victim around the kill. */
  private interface Trial {
    boolean killAt(String when, List<Victim> group) throws Exception;
  }

  @Test
  void taskSurvivesAKillAtAnyCall() throws Exception {
    atManyCalls(this::killAt);
  }

  @Test
  void stoppedTaskStaysStopped() throws Exception {
    atManyCalls(this::killOverStopped);
  }

  private void atManyCalls(Trial trial) throws Exception {
    Map<Victim, Long> calls = nrCalls();
    long most = Collections.max(calls.values());
    int kills = 0;
    int victimsKilledOver = 0;
    for (long n = 1; n <= most; n += EVERY) {
      long now = n;
      List<Victim> group = victims.stream().filter(each -> calls.get(each) >= now).toList();
      for (List<Victim> part : APART ? group.stream().map(List::of).toList() : List.of(group)) {
        for (String side : List.of("before:", "after:")) {
          boolean killed = trial.killAt(side + n, part);
          kills += killed ? 1 : 0;
          victimsKilledOver += killed ? part.size() : 0;
        }
      }
      // Those that have no further call do not take the CPU from the others any more.
      for (Victim done : group) {
        if (calls.get(done) < n + EVERY) {
          done.finish();
        }
      }
    }
    System.out.printf(
        "survival: %d calls at most, every %d: %d kills before or after one, over %d tasks%n",
        most, EVERY, kills, victimsKilledOver);
    assertTrue(kills > 0);
  }

  private boolean killAt(String when, List<Victim> group) throws Exception {
    try (Dumper dumper = new Dumper(when, temporary, group)) {
      dumper.begin();
      boolean killed = dumper.awaitEnd();
      for (Victim victim : group) {
        expectUnharmed(victim, when + " " + dumper.said());
      }
      return killed;
    }
  }

  /** It is stopped by job control; the next dump, still before it goes on, finds it whole. */
  private boolean killOverStopped(String when, List<Victim> group) throws Exception {
    for (Victim victim : group) {
      victim.stop();
    }
    boolean killed;
    try (Dumper dumper = new Dumper(when, temporary, group)) {
      dumper.begin();
      killed = dumper.awaitEnd();
      // One that is stopped in a sleep for the second time may be refused.
      dumper.lines().removeIf(line -> line.contains(RefusalCode.RESTART_UNKNOWN.name()));
      assertTrue(dumper.lines().isEmpty(), "killed " + when + ": " + dumper.said());
    }
    nrCalls(group);
    for (Victim victim : group) {
      victim.goOn();
      expectUnharmed(victim, when);
    }
    return killed;
  }

  private static void expectUnharmed(Victim victim, String when) throws IOException {
    try {
      victim.expectUnharmed();
    } catch (AssertionError | IOException e) {
      throw new AssertionError("killed " + when + ": " + e.getMessage(), e);
    }
  }

  private Map<Victim, Long> nrCalls() throws Exception {
    return nrCalls(victims);
  }

  private Map<Victim, Long> nrCalls(List<Victim> victims) throws Exception {
    Map<Victim, Long> calls = new LinkedHashMap<>();
    try (Dumper dumper = new Dumper("count", temporary, victims)) {
      dumper.begin();
      assertTrue(!dumper.awaitEnd(), "the count was killed");
      assertTrue(dumper.lines().size() == victims.size(), dumper.said());
      for (int i = 0; i < victims.size(); i++) {
        calls.put(victims.get(i), Long.parseLong(dumper.lines().get(i).split(" ")[1]));
      }
    }
    return calls;
  }

  @Test
  void taskSurvivesAKillAtAnyMoment() throws Exception {
    System.out.println("survival: seed " + SEED);
    Random random = new Random(SEED);
    int kills = 0;
    int inside = 0;
    int seized = 0;
    while (inside < RANDOM_KILLS) {
      try (Dumper dumper = new Dumper("loop", temporary, victims)) {
        dumper.begin();
        dumper.awaitLooping();
        Await.pause(random.nextInt(RANDOM_MILLIS));
        dumper.kill();
        int now = dumper.nrSeized();
        kills++;
        inside += now > 0 ? 1 : 0;
        seized += now;
        for (Victim victim : victims) {
          expectUnharmed(victim, "at random, kill " + kills + ", " + dumper.said());
        }
        assertTrue(dumper.lines().size() == 1, dumper.said());
      }
    }
    System.out.printf(
        "survival: %d random kills, %d while a task was seized, %d tasks in all%n",
        kills, inside, seized);
    for (Victim victim : victims) {
      victim.finish();
    }
  }

  /** A checkpointer in a JVM of its own. */
  private static final class Dumper implements AutoCloseable {
    private final Path seized;
    private final Process process;
    private final Set<Integer> children;
    private final BufferedReader output;
    private final List<String> lines = new ArrayList<>();

    Dumper(String mode, Path folder, List<Victim> victims) throws IOException {
      seized = folder.resolve("seized");
      Files.write(seized, new byte[victims.size()]);
      // The victims use all the CPU there is; without the right to be faster this is only slower.
      List<String> words = new ArrayList<>(List.of("nice", "-n", "-15"));
      words.addAll(Jvm.words());
      words.addAll(List.of(SurvivalDumper.class.getName(), mode, seized.toString()));
      victims.forEach(victim -> words.add(Integer.toString(victim.pid())));
      process = new ProcessBuilder(words).redirectErrorStream(true).start();
      output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      children = victims.stream().map(Victim::pid).collect(Collectors.toSet());
      children.add((int) process.pid());
    }

    void begin() throws IOException {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    }

    /** Reads what it says to its end; whether it was killed, not ended by itself. */
    boolean awaitEnd() throws IOException, InterruptedException {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "does not end: " + said());
      int code = process.exitValue();
      assertTrue(code == 0 || code == 128 + 9, "ended with " + code + ": " + said());
      return code != 0;
    }

    void awaitLooping() throws IOException {
      String line = output.readLine();
      lines.add(line);
      assertTrue(SurvivalDumper.LOOPING.equals(line), "does not begin: " + said());
    }

    void kill() throws IOException, InterruptedException {
      // NB: destroyForcibly would close the stream that its last words are in.
      Signals.kill((int) process.pid(), Signals.SIGKILL);
      awaitEnd();
    }

    List<String> lines() {
      return lines;
    }

    String said() {
      return lines.toString();
    }

    /** How many tasks were seized when it died. */
    int nrSeized() throws IOException {
      int nr = 0;
      for (byte each : Files.readAllBytes(seized)) {
        nr += each;
      }
      return nr;
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      output.close();
      // The helpers that a killed dumper leaves.
      Sessions.reapOrphans(children);
    }
  }
}
