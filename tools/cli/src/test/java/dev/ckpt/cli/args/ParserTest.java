package dev.ckpt.cli.args;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

class ParserTest {
  private static final String OUTPUT = "--output";
  private static final String ALL = "--all";
  private static final String GLOB = "--glob";
  private static final String KIND = "--kind";

  private static CommandSpec spec() {
    CommandSpec spec =
        Spec.command("do", "Does it.", "")
            .addPositional(Spec.parameter("A", true, "One."))
            .addOption(Spec.required("FILE", "Where to.", "-o", OUTPUT))
            .addOption(Spec.flag("All of it.", "-a", ALL))
            .addOption(Spec.repeated("GLOB", "Which.", GLOB))
            .addOption(Spec.choice(List.of("old", "new"), "KIND", "What.", KIND));
    return Spec.finish(spec, "do it");
  }

  private static ParseResult parse(String words) throws UsageException {
    return Parser.parse(spec(), List.of(words.split(" ", -1)));
  }

  private static Optional<String> value(String words, String option) throws UsageException {
    return Spec.value(parse(words), option);
  }

  private static String mistake(String words) {
    return assertThrows(UsageException.class, () -> parse(words)).getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x -o f", "-o f x", "-of x", "-o=f x", "--output f x", "x --output=f", "-aof x"})
  void aValueMayStandInManyPlaces(String words) throws UsageException {
    ParseResult arguments = parse(words);

    assertEquals(Optional.of("f"), Spec.value(arguments, OUTPUT));
    assertEquals(Optional.of("x"), Spec.parameter(arguments));
  }

  @Test
  void lettersMayStandTogetherAndAgain() throws UsageException {
    ParseResult arguments = parse("x -vav -o f -a");

    assertEquals(2, Spec.verbosity(arguments));
    assertTrue(arguments.hasMatchedOption(ALL));
    assertFalse(arguments.hasMatchedOption(GLOB));
  }

  @Test
  void whatComesBehindTheEndOfOptionsIsNoOption() throws UsageException {
    ParseResult arguments = parse("-o f -- --all");

    assertEquals(Optional.of("--all"), Spec.parameter(arguments));
    assertFalse(arguments.hasMatchedOption(ALL));
  }

  @Test
  void aHyphenAndANumberBelowZeroAreNoOptions() throws UsageException {
    ParseResult arguments = parse("-o - -5");

    assertEquals(Optional.of("-"), Spec.value(arguments, OUTPUT));
    assertEquals(Optional.of("-5"), Spec.parameter(arguments));
    assertEquals(Optional.of("-"), Spec.parameter(parse("-o f -")));
  }

  @Test
  void someOptionsMayBeRepeated() throws UsageException {
    assertEquals(List.of("a", "b=c"), Spec.values(parse("x -o f --glob a --glob=b=c"), GLOB));
    assertEquals(
        "option '--output' (FILE) should be specified only once", mistake("x -o f --output g"));
  }

  @Test
  void anOptionalValueNeedsItsEqualsSign() throws UsageException {
    assertEquals(Optional.of(""), value("--json x -o f", Spec.JSON));
    assertEquals(Optional.of("x"), Spec.parameter(parse("--json x -o f")));
    assertEquals(Optional.of("j"), value("--json=j x -o f", Spec.JSON));
  }

  @Test
  void aValueMayBeginWithAHyphenButNotBeAnOption() throws UsageException {
    assertEquals(Optional.of("-f"), value("x -o -f", OUTPUT));
    assertEquals(Optional.of(""), value("x -o ", OUTPUT));
    assertEquals(
        "Expected parameter for option '--output' but found '--all'", mistake("x -o --all"));
  }

  @Test
  void saysAllThatIsMissing() {
    assertEquals("Missing required options and parameters: 'A', '--output=FILE'", mistake("--all"));
    assertEquals("Missing required option: '--output=FILE'", mistake("x"));
    assertEquals("Missing required parameter for option '--output' (FILE)", mistake("x --output"));
  }

  @Test
  void saysWhatIsTooMuch() {
    assertEquals("Unmatched argument at index 1: 'y'", mistake("x y -o f"));
    assertEquals("--all takes no value", mistake("x -o f --all=no"));
  }

  @Test
  void namesMustBeWhole() {
    assertEquals("Unknown option: '--out': did you mean --output?", mistake("x --out f"));
    assertEquals("Unknown option: '-output': did you mean --output?", mistake("x -output f"));
    assertEquals("Unknown option: '--brief'", mistake("x -o f --brief"));
    assertEquals("Unknown option: '-z'", mistake("x -o f -z"));
  }

  @Test
  void aFlagIsNotSwitchedOffByAValue() {
    assertEquals("--all takes no value", mistake("x -o f --all=false"));
    assertEquals("--verbose takes no value", mistake("x -o f -v=3"));
  }

  @Test
  void whatIsTypedMeansWhatItSays() throws UsageException {
    assertEquals(Optional.of("@f"), Spec.parameter(parse("@f -o f")));
    assertEquals(Optional.of("\"f\""), value("x -o \"f\"", OUTPUT));
    assertEquals(Optional.of("${sys:user.dir}"), value("x -o ${sys:user.dir}", OUTPUT));
    assertEquals(List.of("a,b"), Spec.values(parse("x -o f --glob a,b"), GLOB));
  }

  @Test
  void choicesAreChecked() throws UsageException {
    assertEquals(Optional.of("new"), value("x -o f --kind new", KIND));
    assertEquals(
        "Invalid value for option '--kind': it is old or new, not 'ne'",
        mistake("x -o f --kind ne"));
  }

  @Test
  void helpIsAskedForWhateverElseThereIs() throws UsageException {
    assertTrue(parse("--what -h").isUsageHelpRequested());
    assertTrue(parse("--help").isUsageHelpRequested());
    assertFalse(parse("-o f -- --help").isUsageHelpRequested());
  }

  @Test
  void whatIsMeantIsWhatIsNear() {
    List<String> words = List.of("dump", "restore", "show", "verify", "check");

    assertEquals(Optional.of("dump"), Similar.to("dmp", words));
    assertEquals(Optional.of("dump"), Similar.to("udmp", words));
    assertEquals(Optional.of("restore"), Similar.to("restroe", words));
    assertEquals(Optional.of("verify"), Similar.to("ver", words));
    assertEquals(Optional.empty(), Similar.to("gcore", words));
    assertEquals(Optional.empty(), Similar.to("", words));
    assertEquals(2, Similar.distance("show", "sow2"));
  }

  @Test
  void longWordsAndNamesDoNotSpoilTheHelp() {
    CommandSpec spec =
        Spec.command("do", "Does it.", "word ".repeat(40).strip())
            .addOption(Spec.value("FILE", "x".repeat(90), "--a-name-that-is-too-long"));
    List<String> lines =
        new CommandLine(Spec.finish(spec, "do it"))
            .getUsageMessage(CommandLine.Help.Ansi.OFF)
            .lines()
            .toList();

    assertTrue(lines.contains("      --a-name-that-is-too-long=FILE"), lines.toString());
    assertTrue(lines.stream().allMatch(line -> line.length() <= 80), lines.toString());
    assertTrue(lines.stream().noneMatch(line -> line.endsWith(" ")), lines.toString());
  }
}
