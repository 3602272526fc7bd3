package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reads the arguments of one command by picocli, whose errors become ours. */
public final class Parser {
  private static final String END_OF_OPTIONS = "--";

  private Parser() {}

  /**
   * Reads all words behind the name of a command.
   *
   * @throws UsageException when they make no sense; never when help is asked for
   */
  public static ParseResult parse(CommandSpec spec, List<String> words) throws UsageException {
    // Help is shown whatever else is wrong.
    spec.parser().collectErrors(true);
    ParseResult arguments =
        new CommandLine(spec).setExpandAtFiles(false).parseArgs(words.toArray(String[]::new));
    if (arguments.isUsageHelpRequested()) {
      return arguments;
    }
    List<String> names = names(spec);
    requireWholeNames(words, names);
    List<Exception> errors = arguments.errors();
    if (!errors.isEmpty()) {
      // Of those about what is missing the last one has it all.
      boolean missing = errors.get(0) instanceof MissingParameterException;
      Exception error = errors.get(missing ? errors.size() - 1 : 0);
      throw new UsageException(
          error instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()
              ? unknown(unmatched.getUnmatched().get(0), names)
              : error.getMessage());
    }
    return arguments;
  }

  private static List<String> names(CommandSpec spec) {
    List<String> names = new ArrayList<>();
    for (OptionSpec option : spec.options()) {
      names.add(option.longestName());
    }
    return names;
  }

  private static String unknown(String word, List<String> names) {
    return "Unknown option: '" + word + "'" + Similar.hint(word, names);
  }

  /** A name behind one hyphen might even make some sense as letters: {@code -output} as -o. */
  private static void requireWholeNames(List<String> words, List<String> names)
      throws UsageException {
    for (String word : words) {
      if (word.equals(END_OF_OPTIONS)) {
        return;
      }
      int equals = word.indexOf('=');
      String meant = "-" + (equals < 0 ? word : word.substring(0, equals));
      if (names.contains(meant)) {
        throw new UsageException(unknown(meant.substring(1), names));
      }
    }
  }
}
