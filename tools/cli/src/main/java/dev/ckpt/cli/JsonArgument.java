package dev.ckpt.cli;

import java.util.Optional;

/**
 * The option {@code --json[=FILE]} as it stands among the arguments: looked at before they are
 * parsed, because a mistake in them is reported as JSON too.
 */
final class JsonArgument {
  private static final String NAME = "--json";
  private static final String WITH_VALUE = NAME + "=";
  private static final String END_OF_OPTIONS = "--";

  private JsonArgument() {}

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
