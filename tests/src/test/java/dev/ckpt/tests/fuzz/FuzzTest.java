package dev.ckpt.tests.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.proc.ProcFormatException;
import dev.ckpt.tests.fuzz.broken.BrokenReader;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fuzzing in short, bounded by numbers of inputs: some that were changed blindly for each target,
 * and some for all of them together by the fuzzer that {@code bin/fuzz} gives an hour. {@code
 * -Dckpt.fuzz.seed=N} repeats a run.
 */
class FuzzTest {
  private static final int NR_MUTANTS = 2000;
  private static final int NR_RUNS = 60_000;

  /** It was found within 20,000 to 200,000; the run ends where it is. */
  private static final int NR_RUNS_TO_THE_MISTAKE = 5_000_000;

  private static final long SEED =
      Long.getLong("ckpt.fuzz.seed", System.nanoTime() % 1_000_000_000 + 1);

  /** What parses only as a part of another, or reads files and has them parsed. */
  private static final Set<String> NO_PARSERS =
      Set.of(
          "CredIds",
          "HugetlbPool",
          "KeyedLines",
          "KeyedLines$Reader",
          "ProcFiles$Parser",
          "Smaps$Parser",
          "Status$SigQ",
          "TaskState",
          "TextCursor");

  private static List<FuzzTarget> targets = List.of();

  @TempDir private Path folder;

  @BeforeAll
  static void lookTargetsUp() throws Exception {
    System.out.println("fuzzing with -Dckpt.fuzz.seed=" + SEED);
    targets = FuzzTargets.all();
  }

  @Test
  void everyTargetTakesWhatItBeginsWith() throws Throwable {
    for (FuzzTarget target : targets) {
      int nrTaken = 0;
      for (byte[] seed : target.seeds().get()) {
        nrTaken += target.run(seed) && seed.length > 0 ? 1 : 0;
      }
      assertTrue(nrTaken > 0, target.name());
    }
  }

  /** A new class that parses a file of /proc is a target, or is known as a part of one. */
  @Test
  void everyParserOfProcIsATarget() throws Exception {
    Set<String> parsers = new TreeSet<>();
    for (Method parser : ProcTargets.parsers(type -> true)) {
      parsers.add(parser.getDeclaringClass().getName());
    }
    Set<String> others = new TreeSet<>();
    for (Class<?> type : ProcTargets.classes(type -> true)) {
      for (Method method : type.getDeclaredMethods()) {
        if (Arrays.asList(method.getExceptionTypes()).contains(ProcFormatException.class)
            && !parsers.contains(type.getName())) {
          others.add(type.getName().substring(type.getPackageName().length() + 1));
        }
      }
    }
    assertEquals(new TreeSet<>(NO_PARSERS), others);
    assertTrue(parsers.size() > 25, parsers.toString());
  }

  @Test
  void readsOrRefusesWhatWasChangedBlindly() throws Exception {
    for (FuzzTarget target : targets) {
      Random random = new Random(SEED);
      List<byte[]> seeds = target.seeds().get();
      for (int i = 0; i < NR_MUTANTS; i++) {
        byte[] mutant = mutant(random, seeds.get(random.nextInt(seeds.size())));
        try {
          target.run(mutant);
        } catch (Throwable e) {
          String bytes = HexFormat.of().formatHex(mutant);
          throw new AssertionError(target.name() + ", seed " + SEED + ": " + bytes, e);
        }
      }
    }
  }

  private static byte[] mutant(Random random, byte[] seed) {
    byte[] mutant = seed.clone();
    for (int i = random.nextInt(4); i >= 0 && mutant.length > 0; i--) {
      // What says what the rest is stands in front.
      int range = random.nextBoolean() ? mutant.length : Math.min(mutant.length, 64);
      int at = random.nextInt(range);
      switch (random.nextInt(6)) {
        case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> mutant[at] = (byte) random.nextInt(256);
        case 2 -> mutant[at] = (byte) "\0\t\n -0:9".charAt(random.nextInt(8));
        case 3 -> Arrays.fill(mutant, at, Math.min(mutant.length, at + 4), (byte) -1);
        case 4 -> mutant = Arrays.copyOf(mutant, at);
        default -> {
          int len = Math.min(random.nextInt(32), mutant.length - at);
          System.arraycopy(mutant, at, mutant, random.nextInt(mutant.length - len + 1), len);
        }
      }
    }
    return mutant;
  }

  @Test
  void theFuzzerFindsAMistake() throws Exception {
    Path seeds = folder.resolve("seeds");
    FuzzSeeds.write(FuzzTargets.broken(), seeds);
    Fuzzer fuzzer = new Fuzzer(folder, seeds).with("ckpt.fuzz.target", FuzzTargets.broken().name());
    int status = fuzzer.run("-seed=" + SEED, "-runs=" + NR_RUNS_TO_THE_MISTAKE);
    assertNotEquals(0, status, fuzzer.log());
    assertTrue(fuzzer.log().contains(BrokenReader.MISTAKE), fuzzer.log());
  }

  @Test
  void theFuzzerFindsNothingElsewhere() throws Exception {
    Path seeds = folder.resolve("seeds");
    Path counts = folder.resolve("counts");
    FuzzSeeds.writeTogether(targets, seeds);
    Fuzzer fuzzer = new Fuzzer(folder, seeds).with("ckpt.fuzz.counts", counts.toString());
    assertEquals(0, fuzzer.run("-seed=" + SEED, "-runs=" + NR_RUNS), fuzzer.log());
    List<String> lines = Files.readAllLines(counts);
    assertEquals(targets.size(), lines.size());
    for (String line : lines) {
      String[] words = line.split(" ");
      assertTrue(Long.parseLong(words[1]) > 0, "taken: " + line);
    }
  }
}
