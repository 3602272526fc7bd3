package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** How a shell is told what can be typed. */
public abstract class Completion {
  /** The shells that are known. */
  static final List<String> SHELLS = List.of("bash", "zsh", "fish");

  /** What comes at a place. */
  enum What {
    /** A file, or a folder on the way to one. */
    FILE,
    /** A process id. */
    PID,
    /** One of some words, or anything. */
    WORD
  }

  /** That of a shell. */
  public static Completion of(String shell) throws UsageException {
    return switch (shell) {
      case "bash" -> new BashCompletion();
      case "zsh" -> new ZshCompletion();
      case "fish" -> new FishCompletion();
      default ->
          throw new UsageException(
              "'" + shell + "' is no shell that is known: there are " + String.join(", ", SHELLS));
    };
  }

  /** The script, in lines. */
  public abstract String script(CommandSpec program);

  /** What comes where a label stands. */
  static What what(String label) {
    return switch (label) {
      case "FILE", "IMAGE", "GLOB", "A", "B" -> What.FILE;
      case "PID" -> What.PID;
      default -> What.WORD;
    };
  }

  /** The words that a parameter can be; none when it can be anything. */
  static List<String> words(PositionalParamSpec parameter, CommandSpec program) {
    return switch (parameter.paramLabel()) {
      case "SHELL" -> SHELLS;
      case "COMMAND" -> commands(program);
      default -> List.of();
    };
  }

  static List<String> commands(CommandSpec program) {
    List<String> names = new ArrayList<>();
    Spec.commands(program).forEach(command -> names.add(command.name()));
    return names;
  }
}
