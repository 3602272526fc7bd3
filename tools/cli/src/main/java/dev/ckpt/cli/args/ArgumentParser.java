package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the arguments of one command, as getopt_long(3) does: options may stand anywhere, {@code
 * --} ends them, letters may be put together, and a value may stand behind its letter. But a name
 * must be whole, so that a script does not change its meaning when an option is added.
 */
public final class ArgumentParser {
  private static final String END_OF_OPTIONS = "--";
  private static final String PIPE = "-";

  private final Syntax syntax;
  private final List<String> words;
  private final Arguments arguments = new Arguments();
  private int next;

  private ArgumentParser(Syntax syntax, List<String> words) {
    this.syntax = syntax;
    this.words = words;
  }

  /**
   * Reads all words behind the name of a command.
   *
   * @throws UsageException when they make no sense; never when help is asked for
   */
  public static Arguments parse(Syntax syntax, List<String> words) throws UsageException {
    ArgumentParser parser = new ArgumentParser(syntax, words);
    if (parser.asksForHelp()) {
      parser.arguments.add(Syntax.HELP, "");
    } else {
      parser.readAll();
      parser.requireAll();
    }
    return parser.arguments;
  }

  private boolean asksForHelp() {
    for (String word : words) {
      if (word.equals(END_OF_OPTIONS)) {
        return false;
      }
      if (Syntax.HELP.isCalled(word)) {
        return true;
      }
    }
    return false;
  }

  private void readAll() throws UsageException {
    boolean options = true;
    while (next < words.size()) {
      String word = words.get(next++);
      if (options && word.equals(END_OF_OPTIONS)) {
        options = false;
      } else if (!options || !looksLikeOption(word)) {
        addParameter(word);
      } else if (word.startsWith(END_OF_OPTIONS)) {
        readLong(word);
      } else {
        readLetters(word);
      }
    }
  }

  /** A number below zero is meant as a number. */
  private static boolean looksLikeOption(String word) {
    return word.startsWith("-") && !word.equals(PIPE) && !Character.isDigit(word.charAt(1));
  }

  private void addParameter(String word) throws UsageException {
    if (arguments.nrParameters() == syntax.parameters().size()) {
      List<String> labels = syntax.parameters().stream().map(Parameter::label).toList();
      String takes = labels.isEmpty() ? "nothing but options" : "one " + String.join(", ", labels);
      throw new UsageException("'" + word + "' is too much: it takes " + takes);
    }
    arguments.add(word);
  }

  private void readLong(String word) throws UsageException {
    String name = nameOf(word);
    Option option = known(name, name);
    if (!name.equals(word)) {
      if (!option.takesValue()) {
        throw new UsageException(name + " takes no value");
      }
      add(option, word.substring(name.length() + 1));
    } else if (option.use() == Option.Use.FLAG || option.use() == Option.Use.OPTIONAL_VALUE) {
      add(option, "");
    } else {
      add(option, valueBehind(option, name));
    }
  }

  private void readLetters(String word) throws UsageException {
    // Meant as a name, and as letters it might even make some sense.
    if (find("-" + nameOf(word)).isPresent()) {
      throw unknown(nameOf(word));
    }
    for (int i = 1; i < word.length(); i++) {
      String letter = "-" + word.charAt(i);
      Option option = known(letter, word.length() > 2 ? word : letter);
      String rest = word.substring(i + 1);
      if (!option.takesValue()) {
        add(option, "");
      } else {
        add(option, rest.isEmpty() ? valueBehind(option, letter) : withoutEquals(rest));
        return;
      }
    }
  }

  private static String nameOf(String word) {
    int equals = word.indexOf('=');
    return equals < 0 ? word : word.substring(0, equals);
  }

  private static String withoutEquals(String value) {
    return value.startsWith("=") ? value.substring(1) : value;
  }

  private String valueBehind(Option option, String as) throws UsageException {
    if (next == words.size()) {
      throw new UsageException(as + " needs a value: " + as + " " + option.label());
    }
    String value = words.get(next);
    if (find(value).isPresent()) {
      throw new UsageException(
          as
              + " needs a value, and "
              + value
              + " is an option: write "
              + option.name()
              + "="
              + value
              + " if you mean it");
    }
    next++;
    return value;
  }

  private Optional<Option> find(String word) {
    for (Option option : syntax.options()) {
      if (option.isCalled(word)) {
        return Optional.of(option);
      }
    }
    return Optional.empty();
  }

  private Option known(String name, String word) throws UsageException {
    Optional<Option> option = find(name);
    if (option.isEmpty()) {
      throw unknown(word);
    }
    return option.get();
  }

  private UsageException unknown(String word) {
    String typed = word.startsWith(END_OF_OPTIONS) ? word : "-" + word;
    List<String> names = syntax.options().stream().map(Option::name).toList();
    String hint = Similar.to(typed, names).map(name -> ": did you mean " + name + "?").orElse("");
    return new UsageException("there is no option " + word + hint);
  }

  private void add(Option option, String value) throws UsageException {
    boolean repeatable = option.use() == Option.Use.FLAG || option.use() == Option.Use.REPEATED;
    if (!repeatable && arguments.has(option)) {
      throw new UsageException(option.name() + " is given twice");
    }
    if (!option.choices().isEmpty() && !option.choices().contains(value)) {
      throw new UsageException(
          option.name() + " is " + String.join(" or ", option.choices()) + ", not '" + value + "'");
    }
    arguments.add(option, value);
  }

  private void requireAll() throws UsageException {
    List<String> missing = new ArrayList<>();
    for (int i = arguments.nrParameters(); i < syntax.parameters().size(); i++) {
      if (syntax.parameters().get(i).required()) {
        missing.add(syntax.parameters().get(i).label());
      }
    }
    for (Option option : syntax.options()) {
      if (option.use() == Option.Use.REQUIRED && !arguments.has(option)) {
        missing.add(option.shortest());
      }
    }
    if (!missing.isEmpty()) {
      String verb = missing.size() == 1 ? " is missing" : " are missing";
      throw new UsageException(String.join(" and ", missing) + verb);
    }
  }
}
