package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * An entry of tests/programs-list, which explains its grammar and the fields.
 *
 * @param ends the exit status, none for a program that goes on until it is ended
 */
record ListedProgram(
    String name,
    List<String> packages,
    Optional<String> prepare,
    String run,
    Optional<String> ready,
    Optional<String> before,
    Optional<String> after,
    String check,
    OptionalInt ends,
    Optional<Code> refused) {
  private static final Set<String> FIELDS =
      Set.of(
          "program", "package", "prepare", "run", "ready", "before", "after", "check", "ends",
          "refused");
  private static final String GOES_ON = "  ";
  private static final String NEVER = "never";

  /** Whether a second one, left alone, says what must come out. */
  boolean hasTwin() {
    return check.contains("$TWIN");
  }

  /** Whether it serves at a port of ours. */
  boolean hasPort() {
    return prepare.orElse("").contains("$PORT") || run.contains("$PORT");
  }

  /** Whether it reads what we write. */
  boolean isFed() {
    return before.isPresent() || after.isPresent();
  }

  @Override
  public String toString() {
    return name;
  }

  /** The whole list, in its order. */
  static List<ListedProgram> all() throws IOException {
    return parse(Files.readAllLines(Programs.root().resolve("tests/programs-list"), UTF_8));
  }

  /** Reads entries, each of which ends at an empty line. */
  static List<ListedProgram> parse(List<String> lines) {
    List<ListedProgram> programs = new ArrayList<>();
    Map<String, String> fields = new LinkedHashMap<>();
    String last = "";
    for (String line : lines) {
      if (line.isBlank()) {
        addTo(programs, fields);
        fields.clear();
      } else if (line.startsWith(GOES_ON)) {
        String more = fields.get(last);
        require(more != null, "goes on with nothing: " + line);
        fields.put(last, more + "\n" + line.substring(GOES_ON.length()));
      } else if (!line.startsWith("#")) {
        int colon = line.indexOf(": ");
        require(colon > 0 && FIELDS.contains(line.substring(0, colon)), "no field: " + line);
        last = line.substring(0, colon);
        String twice = fields.put(last, line.substring(colon + 2).strip());
        require(twice == null, "a second " + last + ": " + line);
      }
    }
    addTo(programs, fields);
    return programs;
  }

  private static void addTo(List<ListedProgram> programs, Map<String, String> fields) {
    if (!fields.isEmpty()) {
      programs.add(of(fields));
    }
  }

  private static ListedProgram of(Map<String, String> fields) {
    require(
        fields.keySet().containsAll(Set.of("program", "package", "run", "check")),
        "lacks program, package, run or check: " + fields);
    String ends = fields.getOrDefault("ends", "0");
    return new ListedProgram(
        fields.get("program"),
        Arrays.asList(fields.get("package").split(" +")),
        Optional.ofNullable(fields.get("prepare")),
        fields.get("run"),
        Optional.ofNullable(fields.get("ready")),
        Optional.ofNullable(fields.get("before")),
        Optional.ofNullable(fields.get("after")),
        fields.get("check"),
        ends.equals(NEVER) ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(ends)),
        Optional.ofNullable(fields.get("refused")).map(RefusalCode::valueOf));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException("tests/programs-list: " + message);
    }
  }
}
