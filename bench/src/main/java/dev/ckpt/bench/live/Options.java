package dev.ckpt.bench.live;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What was asked for: {@code [--runs N] [--mib A,B,...] [--cases A,B,...] [--dir FOLDER] [--json
 * FILE]}. The variable CKPT names the command, if it is not the one of this source tree.
 *
 * @param runs of each tool in each case
 * @param mib sizes of the C program
 * @param cases names of cases; empty for all
 * @param folder where images are written
 * @param json where all values go
 * @param ckpt the command
 * @param sources folder of our C programs
 */
record Options(
    int runs,
    List<Integer> mib,
    Set<String> cases,
    Path folder,
    Optional<Path> json,
    String ckpt,
    Path sources) {
  private static final String USAGE =
      "options: [--runs N] [--mib A,B,...] [--cases A,B,...] [--dir FOLDER] [--json FILE]";
  private static final int RUNS = 7;

  /** Reads them; the property ckpt.root says where the source tree is. */
  static Options parse(String[] arguments) {
    Path root = Path.of(System.getProperty("ckpt.root"));
    int runs = RUNS;
    List<Integer> mib = List.of(8, 64, 1024, 4096);
    Set<String> cases = Set.of();
    Path folder = root.resolve("bench/target/work");
    Optional<Path> json = Optional.empty();
    List<String> left = new ArrayList<>(List.of(arguments));
    while (!left.isEmpty()) {
      String name = left.remove(0);
      if (left.isEmpty()) {
        throw new IllegalArgumentException(USAGE);
      }
      String value = left.remove(0);
      switch (name) {
        case "--runs" -> runs = Integer.parseInt(value);
        case "--mib" -> mib = List.of(value.split(",")).stream().map(Integer::valueOf).toList();
        case "--cases" -> cases = Set.of(value.split(","));
        case "--dir" -> folder = Path.of(value);
        case "--json" -> json = Optional.of(Path.of(value));
        default -> throw new IllegalArgumentException(USAGE);
      }
    }
    String ckpt = Optional.ofNullable(System.getenv("CKPT")).orElse(root + "/bin/ckpt");
    return new Options(runs, mib, cases, folder, json, ckpt, root.resolve("bench/programs"));
  }

  boolean isChosen(String name) {
    return cases.isEmpty() || cases.contains(name);
  }

  /** Refuses names of cases that are none. */
  void requireKnown(List<String> known) {
    for (String name : cases) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "--cases: there is no " + name + ", but " + String.join(", ", known));
      }
    }
  }
}
