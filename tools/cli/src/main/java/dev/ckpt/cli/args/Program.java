package dev.ckpt.cli.args;

import java.util.List;
import java.util.Optional;

/**
 * A program with its commands.
 *
 * @param top its name, what it does, and its options without a command
 * @param commands in the order to show them in
 * @param notes paragraphs about all of them
 */
public record Program(Syntax top, List<Syntax> commands, List<String> notes) {
  /** The command of a name. */
  public Optional<Syntax> find(String name) {
    return commands.stream().filter(command -> command.name().equals(name)).findFirst();
  }

  /** What to say of a word that should have been a command. */
  public UsageException unknown(String word) {
    List<String> names = commands.stream().map(Syntax::name).toList();
    if (word.startsWith("-")) {
      for (Syntax command : commands) {
        for (Option option : command.options()) {
          if (option.isCalled(word.replaceFirst("=.*", ""))) {
            return new UsageException(
                word
                    + " belongs behind a command, as in "
                    + top.name()
                    + " "
                    + command.name()
                    + " "
                    + word);
          }
        }
      }
      return new UsageException("there is no option " + word + ", and a command comes first");
    }
    String hint =
        Similar.to(word, names)
            .map(name -> ": did you mean " + name + "?")
            .orElse(": there are " + String.join(", ", names));
    return new UsageException("'" + word + "' is no command" + hint);
  }
}
