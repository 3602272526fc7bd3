package dev.ckpt.cli;

import dev.ckpt.cli.args.Parser;
import dev.ckpt.cli.args.Similar;
import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** All commands by name, and what is said when there is none. */
final class CommandTree {
  private static final String PROGRAM = "ckpt";
  private static final String RESTORE = "restore";
  private static final String DUMP = "dump";
  private static final String CONVERT = "convert";
  private static final String HELP = "help";
  private static final String NOTES =
      "%nIMAGE - stands for a pipe: standard output of dump, standard input of the others.%n%n"
          + "Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 refused and nothing was changed,"
          + " 4 two images differ, or nothing was found. A restore in the foreground ends with the"
          + " process's own code (128 and the signal that ended it), and with 125 or 126 when it"
          + " failed or was refused.%n";

  private final Console console;
  private final Ending ending;

  CommandTree(Console console, Ending ending) {
    this.console = console;
    this.ending = ending;
  }

  /** The program with all its commands, for those who describe it. */
  static CommandSpec program() {
    CommandSpec top =
        Spec.command(
                PROGRAM,
                "Freezes a running process into one image, and brings it back to life.",
                "")
            .addOption(Spec.help("Show this and end; ckpt help COMMAND shows a command's."))
            .addOption(Spec.flag("Show the version and end.", "-V", "--version"));
    Spec.examples(top, "ckpt dump 812 -o build.ckpt --stop", "ckpt restore build.ckpt");
    top.usageMessage()
        .customSynopsis("ckpt COMMAND [ARGUMENTS]")
        .commandListHeading("%n")
        .footerHeading(NOTES + top.usageMessage().footerHeading());
    for (CommandSpec command :
        List.of(
            DumpCommand.spec(),
            RestoreCommand.spec(),
            ShowCommand.spec(),
            VerifyCommand.spec(),
            WatchCommand.spec(),
            MergeCommand.spec(),
            DiffCommand.spec(),
            ConvertCommand.spec(),
            CoreCommand.spec(),
            ReportCommand.spec(),
            CheckCommand.spec(),
            DemoCommand.spec(),
            CompletionCommand.spec(),
            helpSpec())) {
      top.addSubcommand(command.name(), command);
    }
    return top;
  }

  private static CommandSpec helpSpec() {
    CommandSpec spec =
        Spec.command(HELP, "Shows the help of a command.", "")
            .addPositional(Spec.parameter("COMMAND", false, "The command."))
            .addOption(Spec.help("Show this and end."));
    return Spec.examples(spec, "ckpt help dump");
  }

  /** Reads the arguments and runs the command that they name; returns the exit code. */
  int execute(String[] words) {
    if (words.length == 0) {
      console.err().print(help(program()));
      return ExitCode.USAGE;
    }
    List<String> rest = List.of(words).subList(1, words.length);
    try {
      return switch (words[0]) {
        case "-h", "--help", HELP -> help(rest);
        case "-V", "--version" -> show(Version.line() + "\n");
        default -> execute(words[0], rest);
      };
    } catch (UsageException e) {
      return mistake(e, words);
    }
  }

  private int execute(String name, List<String> words) throws UsageException {
    CommandSpec spec = spec(name);
    ParseResult arguments = Parser.parse(spec, words);
    if (arguments.isUsageHelpRequested()) {
      return show(help(spec));
    }
    return command(name, arguments).call();
  }

  /** NB: asks only the class of the command that is meant: each takes time to load. */
  private static CommandSpec spec(String name) throws UsageException {
    return switch (name) {
      case DUMP -> DumpCommand.spec();
      case RESTORE -> RestoreCommand.spec();
      case "show" -> ShowCommand.spec();
      case "verify" -> VerifyCommand.spec();
      case "watch" -> WatchCommand.spec();
      case "merge" -> MergeCommand.spec();
      case "diff" -> DiffCommand.spec();
      case CONVERT -> ConvertCommand.spec();
      case "core" -> CoreCommand.spec();
      case "report" -> ReportCommand.spec();
      case "check" -> CheckCommand.spec();
      case "demo" -> DemoCommand.spec();
      case "completion" -> CompletionCommand.spec();
      default -> throw unknown(name);
    };
  }

  private CkptCommand command(String name, ParseResult arguments) throws UsageException {
    return switch (name) {
      case DUMP -> new DumpCommand(console, ending, arguments);
      case RESTORE -> new RestoreCommand(console, ending, arguments);
      case "show" -> new ShowCommand(console, arguments);
      case "verify" -> new VerifyCommand(console, arguments);
      case "watch" -> new WatchCommand(console, ending, arguments);
      case "merge" -> new MergeCommand(console, ending, arguments);
      case "diff" -> new DiffCommand(console, arguments);
      case CONVERT -> new ConvertCommand(console, ending, arguments);
      case "core" -> new CoreCommand(console, ending, arguments);
      case "report" -> new ReportCommand(console, ending, arguments);
      case "check" -> new CheckCommand(console, arguments);
      case "demo" -> new DemoCommand(console, ending, arguments);
      case "completion" -> new CompletionCommand(console, arguments);
      default -> throw unknown(name);
    };
  }

  /** What to say of a word that should have been a command. */
  private static UsageException unknown(String word) {
    Map<String, CommandLine> commands = program().subcommands();
    if (word.startsWith("-")) {
      for (CommandLine command : commands.values()) {
        if (command.getCommandSpec().optionsMap().containsKey(word.replaceFirst("=.*", ""))) {
          String example = PROGRAM + " " + command.getCommandName() + " " + word;
          return new UsageException(word + " belongs behind a command, as in " + example);
        }
      }
      return new UsageException("there is no option " + word + ", and a command comes first");
    }
    String hint = Similar.hint(word, commands.keySet());
    String all = ": there are " + String.join(", ", commands.keySet());
    return new UsageException("'" + word + "' is no command" + (hint.isEmpty() ? all : hint));
  }

  private int help(List<String> words) throws UsageException {
    boolean all = words.isEmpty() || words.get(0).startsWith("-") || words.get(0).equals(HELP);
    return show(help(all ? program() : spec(words.get(0))));
  }

  private static String help(CommandSpec spec) {
    return new CommandLine(spec).getUsageMessage(Ansi.OFF);
  }

  private int show(String text) {
    console.out().print(text);
    return CkptCommand.finish(console, ExitCode.DONE);
  }

  private int mistake(UsageException error, String[] words) {
    boolean known = !words[0].equals(HELP) && program().subcommands().containsKey(words[0]);
    String command = known ? PROGRAM + " " + words[0] : PROGRAM;
    UsageException shown = new UsageException(error.getMessage() + " (see " + command + " --help)");
    Optional<String> json = JsonArgument.find(words);
    try (Report report = Report.open(console, json, stdoutTaken(words), 0)) {
      report.failure(shown);
    } catch (IOException e) {
      CkptCommand.failure(console, 0, e);
    }
    return ExitCode.USAGE;
  }

  /** Whether standard output was meant for something else, as far as wrong arguments tell. */
  private static boolean stdoutTaken(String[] words) {
    List<String> list = List.of(words);
    return list.get(0).equals(RESTORE) && !list.contains("--detach")
        || list.get(0).equals(CONVERT) && list.size() > 2 && list.get(2).equals("-")
        || list.get(0).equals(DUMP)
            && (list.contains("-") || list.contains("-o-") || list.contains("--output=-"));
  }
}
