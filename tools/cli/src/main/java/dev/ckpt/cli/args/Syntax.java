package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;

/**
 * What a command is called, what it does, and what it takes.
 *
 * @param name as in {@code dump}
 * @param header what it does, in one sentence
 * @param description more of it, in one paragraph; may be empty
 * @param parameters in their order
 * @param options the ones that matter most first
 * @param examples lines to type
 */
public record Syntax(
    String name,
    String header,
    String description,
    List<Parameter> parameters,
    List<Option> options,
    List<String> examples) {

  /** Shows the help of a command. */
  public static final Option HELP = Option.flag("--help", "Show this and end.").withLetter("-h");

  /** Shows more. */
  public static final Option VERBOSE =
      Option.flag("--verbose", "Show more; -vv adds stack traces to errors.").withLetter("-v");

  /** Writes the result for scripts. */
  public static final Option JSON =
      Option.value(
              "--json",
              "FILE",
              "Write the result as one JSON object, to FILE or instead of the text.")
          .withUse(Option.Use.OPTIONAL_VALUE);

  /** Begins the description of a command. */
  public static Syntax of(String name, String header, String description) {
    return new Syntax(name, header, description, List.of(), List.of(HELP), List.of());
  }

  /** The same, with parameters. */
  public Syntax taking(Parameter... more) {
    return new Syntax(name, header, description, List.of(more), options, examples);
  }

  /** The same, with options of its own, before those that all have. */
  public Syntax with(Option... own) {
    List<Option> all = new ArrayList<>(List.of(own));
    all.addAll(List.of(JSON, VERBOSE, HELP));
    return new Syntax(name, header, description, parameters, all, examples);
  }

  /** The same, with lines to type. */
  public Syntax withExamples(String... lines) {
    return new Syntax(name, header, description, parameters, options, List.of(lines));
  }

  /** What to type at the least, without the program's name: {@code dump PID -o IMAGE [OPTIONS]}. */
  String usage() {
    StringBuilder usage = new StringBuilder(name);
    parameters.forEach(parameter -> usage.append(' ').append(parameter.usage()));
    for (Option option : options) {
      if (option.use() == Option.Use.REQUIRED) {
        usage.append(' ').append(option.shortest());
      }
    }
    return usage.append(" [OPTIONS]").toString();
  }
}
