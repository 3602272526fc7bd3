package dev.ckpt.cli;

import dev.ckpt.cli.args.ArgumentParser;
import dev.ckpt.cli.args.Arguments;
import dev.ckpt.cli.args.HelpText;
import dev.ckpt.cli.args.Option;
import dev.ckpt.cli.args.Parameter;
import dev.ckpt.cli.args.Program;
import dev.ckpt.cli.args.Syntax;
import dev.ckpt.cli.args.UsageException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** All commands by name, and what is said when there is none. */
final class CommandTree {
  private static final String PROGRAM = "ckpt";
  private static final String RESTORE = "restore";
  private static final String DUMP = "dump";
  private static final String HELP = "help";
  private static final Option VERSION =
      Option.flag("--version", "Show the version and end.").withLetter("-V");

  private final Console console;
  private final Ending ending;

  CommandTree(Console console, Ending ending) {
    this.console = console;
    this.ending = ending;
  }

  /** The program with all its commands, for those who describe it. */
  static Program program() {
    Syntax top =
        new Syntax(
            PROGRAM,
            "Freezes a running process into one image, and brings it back to life.",
            "",
            List.of(),
            List.of(
                Option.flag("--help", "Show this and end; ckpt help COMMAND shows a command's.")
                    .withLetter("-h"),
                VERSION),
            List.of("ckpt dump 812 -o build.ckpt --stop", "ckpt restore build.ckpt"));
    return new Program(
        top,
        List.of(
            DumpCommand.SYNTAX,
            RestoreCommand.SYNTAX,
            ShowCommand.SYNTAX,
            VerifyCommand.SYNTAX,
            CheckCommand.SYNTAX,
            DemoCommand.SYNTAX,
            CompletionCommand.SYNTAX,
            Syntax.of(HELP, "Shows the help of a command.", "")
                .taking(new Parameter("COMMAND", false, "The command."))
                .withExamples("ckpt help dump")),
        List.of(
            "IMAGE - stands for a pipe: standard output of dump, standard input of the others.",
            "Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 refused and nothing was changed. A"
                + " restore in the foreground ends with the process's own code (128 and the signal"
                + " that ended it), and with 125 or 126 when it failed or was refused."));
  }

  /** Reads the arguments and runs the command that they name; returns the exit code. */
  int execute(String[] words) {
    if (words.length == 0) {
      HelpText.ofAll(program()).forEach(console.err()::println);
      return ExitCode.USAGE;
    }
    List<String> rest = List.of(words).subList(1, words.length);
    try {
      return switch (words[0]) {
        case "-h", "--help", HELP -> help(rest);
        case "-V", "--version" -> show(List.of(Version.line()));
        default -> execute(words[0], rest);
      };
    } catch (UsageException e) {
      return mistake(e, words);
    }
  }

  private int execute(String name, List<String> words) throws UsageException {
    Syntax syntax = syntax(name);
    Arguments arguments = ArgumentParser.parse(syntax, words);
    if (arguments.has(Syntax.HELP)) {
      return show(HelpText.of(PROGRAM, syntax));
    }
    return command(name, arguments).call();
  }

  /** NB: asks only the class of the command that is meant: each takes time to load. */
  private static Syntax syntax(String name) throws UsageException {
    return switch (name) {
      case DUMP -> DumpCommand.SYNTAX;
      case RESTORE -> RestoreCommand.SYNTAX;
      case "show" -> ShowCommand.SYNTAX;
      case "verify" -> VerifyCommand.SYNTAX;
      case "check" -> CheckCommand.SYNTAX;
      case "demo" -> DemoCommand.SYNTAX;
      case "completion" -> CompletionCommand.SYNTAX;
      default -> throw program().unknown(name);
    };
  }

  private CkptCommand command(String name, Arguments arguments) throws UsageException {
    return switch (name) {
      case DUMP -> new DumpCommand(console, ending, arguments);
      case RESTORE -> new RestoreCommand(console, ending, arguments);
      case "show" -> new ShowCommand(console, arguments);
      case "verify" -> new VerifyCommand(console, arguments);
      case "check" -> new CheckCommand(console, arguments);
      case "demo" -> new DemoCommand(console, ending, arguments);
      case "completion" -> new CompletionCommand(console, arguments);
      default -> throw program().unknown(name);
    };
  }

  private int help(List<String> words) throws UsageException {
    boolean all = words.isEmpty() || words.get(0).startsWith("-") || words.get(0).equals(HELP);
    List<String> lines =
        all ? HelpText.ofAll(program()) : HelpText.of(PROGRAM, syntax(words.get(0)));
    return show(lines);
  }

  private int show(List<String> lines) {
    lines.forEach(console.out()::println);
    return CkptCommand.finish(console, ExitCode.DONE);
  }

  private int mistake(UsageException error, String[] words) {
    boolean known = !words[0].equals(HELP) && program().find(words[0]).isPresent();
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
        || list.get(0).equals(DUMP)
            && (list.contains("-") || list.contains("-o-") || list.contains("--output=-"));
  }
}
