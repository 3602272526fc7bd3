package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.Code;
import dev.ckpt.error.CodeGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * docs/refusals.md is what {@link Code} says, every code is used, and docs/state.md speaks of none
 * that there is not. The document is made anew with {@code -Dckpt.writeRefusals=true}.
 */
class RefusalCodesTest {
  private static final List<String> MODULES =
      List.of(
          "format-spec",
          "ckpt-core",
          "ckpt-mem",
          "rstr",
          "backends/vm-readv",
          "backends/parasite",
          "api",
          "backends/userfaultfd",
          "tools/convert",
          "tools/junit",
          "tools/cli");
  private static final Set<CodeGroup> STATE =
      EnumSet.of(CodeGroup.SETTINGS, CodeGroup.MEMORY, CodeGroup.FILES);
  private static final Pattern IN_CAPITALS = Pattern.compile("`([A-Z][A-Z0-9_]*)`");
  private static final String WITH_REMEDY = "| code | what it is | remedy |\n|---|---|---|\n";
  private static final String WITHOUT_REMEDY = "| code | what it is |\n|---|---|\n";
  private static final Path DOCUMENT = Programs.root().resolve("docs/refusals.md");

  @BeforeAll
  static void writeAnew() throws IOException {
    if (Boolean.getBoolean("ckpt.writeRefusals")) {
      Files.writeString(DOCUMENT, document());
    }
  }

  @Test
  void theDocumentIsWhatTheCodeSays() throws IOException {
    assertEquals(
        document(), Files.readString(DOCUMENT), "make it anew with -Dckpt.writeRefusals=true");
  }

  @Test
  void everyCodeIsUsed() throws IOException {
    Set<String> unused = names(Code.all());
    int files = 0;
    for (String module : MODULES) {
      try (Stream<Path> walk =
          Files.walk(Programs.root().resolve(module).resolve("src/main/java"))) {
        for (Path path : walk.filter(file -> file.toString().endsWith(".java")).toList()) {
          Matcher use =
              Pattern.compile("\\b(?:Refusal|Failure)Code\\.(\\w+)")
                  .matcher(Files.readString(path, UTF_8));
          while (use.find()) {
            unused.remove(use.group(1));
          }
          files++;
        }
      }
    }
    assertTrue(files > 100, "only " + files);
    assertEquals(Set.of(), unused, "no source has them");
  }

  /** What the verdict column of docs/state.md has in capitals is a code. */
  @Test
  void everyVerdictNamesCodesThatThereAre() throws IOException {
    Set<String> spoken = new TreeSet<>();
    for (String row : state().lines().filter(line -> line.startsWith("| ")).toList()) {
      String[] cells = row.split("\\|");
      spoken.addAll(inCapitals(cells[cells.length - 1]));
    }
    assertTrue(spoken.size() > 50, "only " + spoken);
    spoken.removeAll(names(Code.all()));
    assertEquals(Set.of(), spoken, "there are no such codes");
  }

  @Test
  void everyStateThatIsRefusedHasItsRow() throws IOException {
    Set<String> missing =
        names(Code.all().stream().filter(code -> STATE.contains(code.group())).toList());
    missing.removeAll(inCapitals(state()));
    assertEquals(Set.of(), missing, "not in docs/state.md");
  }

  private static String state() throws IOException {
    return Files.readString(Programs.root().resolve("docs/state.md"));
  }

  private static Set<String> inCapitals(String text) {
    return IN_CAPITALS.matcher(text).results().map(word -> word.group(1)).collect(toSet());
  }

  private static Collector<String, ?, Set<String>> toSet() {
    return Collectors.toCollection(TreeSet::new);
  }

  private static Set<String> names(List<Code> codes) {
    return codes.stream().map(Code::name).collect(toSet());
  }

  private static String document() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # Codes: why something is refused, or what went wrong

        <!-- Made from RefusalCode.java and FailureCode.java by RefusalCodesTest: change those. -->

        Codes are stable. Scripts may rely on them; the text behind them may change.
        A refused command ends with 3 (126 for a restore in the foreground). [state.md](state.md)
        has every kind of state, and says [when a refusal comes](state.md#when-a-refusal-comes).
        """);
    for (CodeGroup group : CodeGroup.values()) {
      section(group, text);
    }
    return text.toString();
  }

  private static void section(CodeGroup group, StringBuilder text) {
    text.append("\n## ").append(group.title()).append("\n\n");
    if (!group.intro().isEmpty()) {
      text.append(group.intro()).append("\n\n");
    }
    List<Code> codes = Code.all().stream().filter(code -> code.group() == group).toList();
    boolean remedies = codes.stream().anyMatch(code -> !code.remedy().isEmpty());
    text.append(remedies ? WITH_REMEDY : WITHOUT_REMEDY);
    for (Code code : codes) {
      text.append("| `").append(code).append("` | ").append(code.meaning()).append(" |");
      if (remedies) {
        text.append(code.remedy().isEmpty() ? " |" : " " + code.remedy() + " |");
      }
      text.append("\n");
    }
  }
}
