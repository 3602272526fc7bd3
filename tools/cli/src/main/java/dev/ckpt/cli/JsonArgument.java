package dev.ckpt.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The option {@code --json[=FILE]} as it stands among the arguments: looked at before they are
 * parsed, because a mistake in them is reported as JSON too.
 */
final class JsonArgument {
  static final String NAME = "--json";
  private static final String WITH_VALUE = NAME + "=";
  private static final String END_OF_OPTIONS = "--";

  private JsonArgument() {}

  /**
   * The arguments with every bare option given an empty value, so that none takes the argument
   * behind it for its file.
   */
  static String[] normalize(String[] arguments) {
    List<String> normal = new ArrayList<>();
    boolean options = true;
    for (String argument : arguments) {
      options &= !argument.equals(END_OF_OPTIONS);
      normal.add(options && argument.equals(NAME) ? WITH_VALUE : argument);
    }
    return normal.toArray(String[]::new);
  }

  /** The option's value in arguments that need not make sense; empty for the usual place. */
  static Optional<String> find(String[] arguments) {
    for (String argument : arguments) {
      if (argument.equals(END_OF_OPTIONS)) {
        break;
      }
      if (argument.equals(NAME) || argument.startsWith(WITH_VALUE)) {
        return Optional.of(argument.substring(Math.min(WITH_VALUE.length(), argument.length())));
      }
    }
    return Optional.empty();
  }
}
