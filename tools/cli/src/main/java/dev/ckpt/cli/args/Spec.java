package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/**
 * How commands describe their arguments to picocli: by its model and not by annotations, which take
 * four times as long to read.
 */
public final class Spec {
  /** Shows the help of a command. */
  private static final String HELP = "--help";

  /** Writes the result for scripts. */
  public static final String JSON = "--json";

  private static final String VERBOSE = "--verbose";
  private static final String SEPARATOR = "separator";
  private static final String EQUALS = "=";
  private static final int COLUMNS = 80;
  private static final int WIDEST_NAME = 24;

  private Spec() {}

  // NB: no lambda here stands for an interface of picocli, nor names a method of it: with one, the
  // archive of classes leaves out what it leads to, because picocli is made for Java 5.

  /** A flag. Picocli takes --stop=false, and we would take it for --stop. */
  private static final class NoValue implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> words, CommandSpec spec, ArgSpec option, Map<String, Object> how) {
      if (EQUALS.equals(how.get(SEPARATOR))) {
        String name = ((OptionSpec) option).longestName();
        throw new ParameterException(spec.commandLine(), name + " takes no value");
      }
      return false;
    }
  }

  /** An optional value: what stands behind the option is another argument. */
  private static final class AttachedValue implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> words, CommandSpec spec, ArgSpec option, Map<String, Object> how) {
      if (!EQUALS.equals(how.get(SEPARATOR))) {
        words.push("");
      }
      return false;
    }
  }

  /** One of some values. */
  private static final class Choice implements ITypeConverter<String> {
    private final List<String> choices;

    Choice(List<String> choices) {
      this.choices = choices;
    }

    @Override
    public String convert(String word) {
      if (!choices.contains(word)) {
        throw new TypeConversionException(
            "it is " + String.join(" or ", choices) + ", not '" + word + "'");
      }
      return word;
    }
  }

  /**
   * Begins the description of a command.
   *
   * @param name as in {@code dump}
   * @param header what it does, in one sentence
   * @param description more of it, in one paragraph; may be empty
   */
  public static CommandSpec command(String name, String header, String description) {
    CommandSpec spec = CommandSpec.create().name(name);
    spec.usageMessage()
        .header(header)
        .synopsisHeading("%nUsage: ")
        .parameterListHeading("%n")
        .width(COLUMNS)
        .longOptionsMaxWidth(WIDEST_NAME)
        .sortOptions(false)
        .sortSynopsis(false);
    if (!description.isEmpty()) {
      spec.usageMessage().descriptionHeading("%n").description(description);
    }
    spec.interpolateVariables(false);
    return spec;
  }

  /** Adds the options that all commands have, behind their own, and lines to type. */
  public static CommandSpec finish(CommandSpec spec, String... examples) {
    spec.addOption(json());
    spec.addOption(flag("Show more; -vv adds stack traces to errors.", "-v", VERBOSE));
    return examples(spec.addOption(help("Show this and end.")), examples);
  }

  /** Adds lines to type. */
  public static CommandSpec examples(CommandSpec spec, String... lines) {
    StringBuilder usage = new StringBuilder("ckpt ").append(spec.name());
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      String label = parameter.paramLabel();
      usage.append(' ').append(parameter.required() ? label : "[" + label + "]");
    }
    for (OptionSpec option : spec.options()) {
      if (option.required()) {
        usage.append(' ').append(option.shortestName()).append(' ').append(option.paramLabel());
      }
    }
    if (spec.positionalParameters().isEmpty()) {
      spec.usageMessage().optionListHeading("%n");
    }
    List<String> indented = new ArrayList<>();
    for (String line : lines) {
      indented.add("  " + line);
    }
    spec.usageMessage()
        .customSynopsis(usage.append(" [OPTIONS]").toString())
        .footerHeading(lines.length == 1 ? "%nExample:%n" : "%nExamples:%n")
        .footer(indented.toArray(String[]::new));
    return spec;
  }

  /** An argument that is known by its place, the first. */
  public static PositionalParamSpec parameter(String label, boolean required, String text) {
    return parameter(0, label, required, text);
  }

  /** The same at another place, the first of which is 0. */
  public static PositionalParamSpec parameter(
      int place, String label, boolean required, String text) {
    return PositionalParamSpec.builder()
        .index(Integer.toString(place))
        .arity(required ? "1" : "0..1")
        .required(required)
        .type(String.class)
        .paramLabel(label)
        .description(text)
        .build();
  }

  /** An option that takes no value and may be given again. */
  public static OptionSpec flag(String text, String... names) {
    return OptionSpec.builder(names)
        .type(boolean[].class)
        .arity("0")
        .preprocessor(new NoValue())
        .description(text)
        .build();
  }

  /** The option that asks for help, whatever else is wrong. */
  public static OptionSpec help(String text) {
    return OptionSpec.builder("-h", HELP).usageHelp(true).description(text).build();
  }

  /** An option that takes a value, once. */
  public static OptionSpec value(String label, String text, String... names) {
    return builder(label, text, names).build();
  }

  /** The same, to be given in any case. */
  public static OptionSpec required(String label, String text, String... names) {
    return builder(label, text, names).required(true).build();
  }

  /** The same, to be given any number of times. */
  public static OptionSpec repeated(String label, String text, String... names) {
    return builder(label, text, names).type(List.class).auxiliaryTypes(String.class).build();
  }

  /** An option that has one of some values. */
  public static OptionSpec choice(List<String> choices, String label, String text, String name) {
    return builder(label, text, name)
        .completionCandidates(choices)
        .converters(new Choice(choices))
        .build();
  }

  private static OptionSpec.Builder builder(String label, String text, String... names) {
    return OptionSpec.builder(names)
        .type(String.class)
        .arity("1")
        .paramLabel(label)
        .description(text);
  }

  /** An option that takes a value behind an equals sign, or none. */
  public static OptionSpec optionalValue(String label, String text, String... names) {
    return builder(label, text, names).arity("0..1").preprocessor(new AttachedValue()).build();
  }

  private static OptionSpec json() {
    String text = "Write the result as one JSON object, to FILE or instead of the text.";
    return optionalValue("FILE", text, JSON);
  }

  /** How often {@code --verbose} was given. */
  public static int verbosity(ParseResult arguments) {
    return arguments.matchedOptionValue(VERBOSE, new boolean[0]).length;
  }

  /** The value of an option; empty text when it was given without one. */
  public static Optional<String> value(ParseResult arguments, String option) {
    return arguments.hasMatchedOption(option)
        ? Optional.of(arguments.matchedOptionValue(option, ""))
        : Optional.empty();
  }

  /** The values of an option that may be given again, in their order. */
  public static List<String> values(ParseResult arguments, String option) {
    return arguments.matchedOptionValue(option, List.of());
  }

  /** The argument that is known by its place. */
  public static Optional<String> parameter(ParseResult arguments) {
    return parameter(arguments, 0);
  }

  /** The same of the argument at another place. */
  public static Optional<String> parameter(ParseResult arguments, int place) {
    return arguments.hasMatchedPositional(place)
        ? Optional.of(arguments.matchedPositionalValue(place, ""))
        : Optional.empty();
  }

  /** The first sentence of what an option does. */
  static String summary(OptionSpec option) {
    String text = text(option);
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1);
  }

  /** All commands of a program, in the order to show them in. */
  public static List<CommandSpec> commands(CommandSpec program) {
    List<CommandSpec> commands = new ArrayList<>();
    for (CommandLine command : program.subcommands().values()) {
      commands.add(command.getCommandSpec());
    }
    return commands;
  }

  /** What a command does, in one sentence. */
  static String header(CommandSpec command) {
    return command.usageMessage().header()[0];
  }

  static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  /** Whether an option takes a value behind an equals sign or none. */
  static boolean valueIsOptional(OptionSpec option) {
    return takesValue(option) && option.arity().min() == 0;
  }

  /** The values that an option may have; none when there are many. */
  static List<String> choices(OptionSpec option) {
    List<String> choices = new ArrayList<>();
    if (option.completionCandidates() != null) {
      option.completionCandidates().forEach(choices::add);
    }
    return choices;
  }

  /** What a parameter or the value of an option means. */
  static String text(ArgSpec argument) {
    return argument.description()[0];
  }

  /** The letter of an option with its hyphen, or empty. */
  static String letter(OptionSpec option) {
    String name = option.shortestName();
    return name.startsWith("--") ? "" : name;
  }
}
