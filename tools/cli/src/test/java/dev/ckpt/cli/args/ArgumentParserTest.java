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

class ArgumentParserTest {
  private static final Option OUTPUT =
      Option.value("--output", "FILE", "Where to.").withLetter("-o").withUse(Option.Use.REQUIRED);
  private static final Option ALL = Option.flag("--all", "All of it.").withLetter("-a");
  private static final Option GLOB =
      Option.value("--glob", "GLOB", "Which.").withUse(Option.Use.REPEATED);
  private static final Option KIND =
      Option.value("--kind", "KIND", "What.").withChoices("old", "new");

  private static final Syntax SYNTAX =
      Syntax.of("do", "Does it.", "")
          .taking(new Parameter("A", true, "One."), new Parameter("B", false, "Another."))
          .with(OUTPUT, ALL, GLOB, KIND);

  private static Arguments parse(String words) throws UsageException {
    return ArgumentParser.parse(SYNTAX, List.of(words.split(" ")));
  }

  private static String mistake(String words) {
    return assertThrows(UsageException.class, () -> parse(words)).getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x -o f", "-o f x", "-of x", "-o=f x", "--output f x", "x --output=f", "-aof x"})
  void aValueMayStandInManyPlaces(String words) throws UsageException {
    Arguments arguments = parse(words);

    assertEquals(Optional.of("f"), arguments.value(OUTPUT));
    assertEquals(Optional.of("x"), arguments.parameter(0));
    assertEquals(Optional.empty(), arguments.parameter(1));
  }

  @Test
  void lettersMayStandTogetherAndAgain() throws UsageException {
    Arguments arguments = parse("x -vav -o f -a");

    assertEquals(2, arguments.count(Syntax.VERBOSE));
    assertTrue(arguments.has(ALL));
    assertFalse(arguments.has(GLOB));
  }

  @Test
  void whatComesBehindTheEndOfOptionsIsNoOption() throws UsageException {
    Arguments arguments = parse("-o f -- --all -h");

    assertEquals(Optional.of("--all"), arguments.parameter(0));
    assertEquals(Optional.of("-h"), arguments.parameter(1));
    assertFalse(arguments.has(ALL));
  }

  @Test
  void aHyphenAndANumberBelowZeroAreNoOptions() throws UsageException {
    Arguments arguments = parse("-o - -5 -");

    assertEquals(Optional.of("-"), arguments.value(OUTPUT));
    assertEquals(Optional.of("-5"), arguments.parameter(0));
    assertEquals(Optional.of("-"), arguments.parameter(1));
  }

  @Test
  void someOptionsMayBeRepeated() throws UsageException {
    assertEquals(List.of("a", "b=c"), parse("x -o f --glob a --glob=b=c").values(GLOB));
    assertEquals("--output is given twice", mistake("x -o f --output g"));
  }

  @Test
  void anOptionalValueNeedsItsEqualsSign() throws UsageException {
    assertEquals(Optional.of(""), parse("--json x -o f").value(Syntax.JSON));
    assertEquals(Optional.of("x"), parse("--json x -o f").parameter(0));
    assertEquals(Optional.of("j"), parse("--json=j x -o f").value(Syntax.JSON));
  }

  @Test
  void aValueMayBeginWithAHyphenButNotBeAnOption() throws UsageException {
    assertEquals(Optional.of("-f"), parse("x -o -f").value(OUTPUT));
    assertEquals(Optional.of("--all"), parse("x --output=--all").value(OUTPUT));
    assertEquals(
        Optional.of(""), ArgumentParser.parse(SYNTAX, List.of("x", "-o", "")).value(OUTPUT));
    assertEquals(
        "-o needs a value, and --all is an option: write --output=--all if you mean it",
        mistake("x -o --all"));
  }

  @Test
  void saysAllThatIsMissing() {
    assertEquals("A and -o FILE are missing", mistake("--all"));
    assertEquals("-o FILE is missing", mistake("x"));
    assertEquals("--output needs a value: --output FILE", mistake("x --output"));
  }

  @Test
  void saysWhatIsTooMuch() {
    assertEquals("'z' is too much: it takes one A, B", mistake("x y z -o f"));
    assertEquals("--all takes no value", mistake("x -o f --all=no"));
  }

  @Test
  void namesMustBeWhole() {
    assertEquals("there is no option --out: did you mean --output?", mistake("x --out f"));
    assertEquals("there is no option -output: did you mean --output?", mistake("x -output f"));
    assertEquals("there is no option --brief", mistake("x -o f --brief"));
    assertEquals("there is no option -z", mistake("x -o f -z"));
  }

  @Test
  void choicesAreChecked() throws UsageException {
    assertEquals(Optional.of("new"), parse("x -o f --kind new").value(KIND));
    assertEquals("--kind is old or new, not 'ne'", mistake("x -o f --kind ne"));
  }

  @Test
  void helpIsAskedForWhateverElseThereIs() throws UsageException {
    assertTrue(parse("--what -h").has(Syntax.HELP));
    assertTrue(parse("--help").has(Syntax.HELP));
    assertFalse(parse("-o f -- --help").has(Syntax.HELP));
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
    Syntax syntax =
        Syntax.of("do", "Does it.", "word ".repeat(40).strip())
            .with(Option.value("--a-name-that-is-too-long", "FILE", "x".repeat(90)))
            .withExamples("do it");
    List<String> lines = HelpText.of("p", syntax);

    assertTrue(lines.contains("      --a-name-that-is-too-long=FILE"), lines.toString());
    assertEquals(1, lines.stream().filter(line -> line.length() > 80).count(), lines.toString());
    assertTrue(lines.stream().noneMatch(line -> line.endsWith(" ")), lines.toString());
  }
}
