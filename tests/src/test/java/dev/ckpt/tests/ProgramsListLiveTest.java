package dev.ckpt.tests;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs of Debian that know nothing of us are ended in the middle of their work, come back and
 * do it right, or are refused by the code that tests/programs-list says. Ten by a seed that is
 * printed: {@code ckpt.list.seed} takes the same again, {@code ckpt.list.all} all of them, {@code
 * ckpt.list.only} those of some names (with commas).
 */
@Tag("live")
class ProgramsListLiveTest {
  private static final int CHOSEN = 10;
  private static final int LAST_SEED = 1_000_000_000;

  private static final List<String> PASSED = new ArrayList<>();
  private static final List<String> REFUSED = new ArrayList<>();
  private static DebianPackages packages;

  static List<ListedProgram> programs() throws IOException {
    List<ListedProgram> programs = choose(ListedProgram.all());
    TreeSet<String> needed = new TreeSet<>();
    programs.forEach(program -> needed.addAll(program.packages()));
    packages = DebianPackages.of(needed);
    return programs;
  }

  private static List<ListedProgram> choose(List<ListedProgram> all) {
    List<String> only = Arrays.asList(System.getProperty("ckpt.list.only", "").split(","));
    if (!only.contains("")) {
      return all.stream().filter(program -> only.contains(program.name())).toList();
    }
    if (Boolean.getBoolean("ckpt.list.all")) {
      return all;
    }
    long seed = Long.getLong("ckpt.list.seed", System.nanoTime() % LAST_SEED);
    List<ListedProgram> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(seed));
    List<ListedProgram> chosen = shuffled.subList(0, CHOSEN);
    System.out.println("programs list: seed " + seed + " takes " + chosen);
    return chosen;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void passesOrIsRefused(ListedProgram program) throws IOException {
    packages.need(program.packages());
    ListedRun.of(program);
    if (program.refused().isPresent()) {
      REFUSED.add(program.name() + " " + program.refused().get());
    } else {
      PASSED.add(program.name());
    }
  }

  @AfterAll
  static void count() {
    System.out.println(
        "programs list: " + PASSED.size() + " passed, " + REFUSED.size() + " refused " + REFUSED);
  }
}
