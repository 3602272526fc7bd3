package dev.ckpt.cli;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** All commands by name, and how picocli is made to read their arguments. */
final class CommandTree {
  private static final String RESTORE = "restore";
  private static final String DUMP = "dump";
  private static final int HELP_COLUMNS = 96;

  private final Console console;
  private final Map<String, Supplier<Object>> commands = new LinkedHashMap<>();

  CommandTree(Console console, Ending ending) {
    this.console = console;
    commands.put(DUMP, () -> new DumpCommand(console, ending));
    commands.put(RESTORE, () -> new RestoreCommand(console));
    commands.put("show", () -> new ShowCommand(console));
    commands.put("verify", () -> new VerifyCommand(console));
    commands.put("check", () -> new CheckCommand(console));
    commands.put("demo", () -> new DemoCommand(console, ending));
    commands.put("completion", () -> new CompletionCommand(this::whole, console));
    commands.put("help", CommandLine.HelpCommand::new);
  }

  /** Parses the arguments and runs the command that they name; returns the exit code. */
  int execute(String[] arguments) {
    String first = arguments.length == 0 ? "" : arguments[0];
    // picocli takes milliseconds to look at each command, so it sees the one that is meant.
    CommandLine root = commands.containsKey(first) && !first.equals("help") ? only(first) : whole();
    if (arguments.length == 0) {
      root.usage(root.getErr());
      return ExitCode.USAGE;
    }
    root.setParameterExceptionHandler(this::mistake);
    return root.execute(JsonArgument.normalize(arguments));
  }

  /** The command with all its subcommands. */
  CommandLine whole() {
    CommandLine root = new CommandLine(new RootCommand());
    commands.forEach((name, command) -> root.addSubcommand(name, command.get()));
    return configure(root);
  }

  private CommandLine only(String name) {
    return configure(
        new CommandLine(new RootCommand()).addSubcommand(name, commands.get(name).get()));
  }

  private CommandLine configure(CommandLine root) {
    root.getCommandSpec().version(Version.line());
    return root.setOut(new PrintWriter(console.out(), true))
        .setErr(new PrintWriter(console.err(), true))
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setUsageHelpWidth(HELP_COLUMNS)
        // A file whose name begins with @ is a file, not a list of arguments.
        .setExpandAtFiles(false)
        .setUnmatchedOptionsArePositionalParams(false);
  }

  private int mistake(ParameterException error, String[] arguments) {
    String command = error.getCommandLine().getCommandSpec().qualifiedName();
    String message = message(error, commands);
    Optional<String> json = JsonArgument.find(arguments);
    try (Report report = Report.open(console, json, stdoutTaken(arguments), 0)) {
      report.failure(new CkptException(Code.USAGE, message + ": see " + command + " --help"));
    } catch (IOException e) {
      CkptCommand.failure(console, 0, e);
    }
    return ExitCode.USAGE;
  }

  private static String message(ParameterException error, Map<String, ?> commands) {
    if (error instanceof UnmatchedArgumentException unmatched
        && error.getCommandLine().getParent() == null
        && !unmatched.getUnmatched().isEmpty()
        && !unmatched.getUnmatched().get(0).startsWith("-")) {
      return "'"
          + unmatched.getUnmatched().get(0)
          + "' is no command (there are "
          + String.join(", ", commands.keySet())
          + ")";
    }
    String text = error.getMessage();
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }

  /** Whether standard output was meant for something else, as far as wrong arguments tell. */
  private static boolean stdoutTaken(String[] arguments) {
    List<String> list = List.of(arguments);
    return list.get(0).equals(RESTORE) && !list.contains("--detach")
        || list.get(0).equals(DUMP)
            && (list.contains("-") || list.contains("-o-") || list.contains("--output=-"));
  }
}
