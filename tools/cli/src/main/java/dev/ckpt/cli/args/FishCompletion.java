package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Completion in fish. */
final class FishCompletion extends Completion {
  private final List<String> lines = new ArrayList<>();

  @Override
  public String script(CommandSpec program) {
    String complete = "complete -c " + program.name();
    lines.add("# Completion of " + program.name() + " in fish, made by its command completion");
    lines.add(complete + " -f");
    for (OptionSpec option : program.options()) {
      lines.add(
          complete + " -n __fish_use_subcommand" + names(option) + text(Spec.summary(option)));
    }
    for (CommandSpec command : Spec.commands(program)) {
      String name = command.name();
      lines.add(complete + " -n __fish_use_subcommand -a " + name + text(Spec.header(command)));
      String within = complete + " -n '__fish_seen_subcommand_from " + name + "'";
      for (OptionSpec option : command.options()) {
        lines.add(within + names(option) + value(option) + text(Spec.summary(option)));
      }
      for (PositionalParamSpec parameter : command.positionalParameters()) {
        lines.add(within + values(what(parameter.paramLabel()), words(parameter, program)));
      }
    }
    return String.join("\n", lines);
  }

  private static String names(OptionSpec option) {
    String letter = Spec.letter(option).isEmpty() ? "" : " -s " + Spec.letter(option).substring(1);
    return letter + " -l " + option.longestName().substring(2);
  }

  private static String value(OptionSpec option) {
    return Spec.takesValue(option) && !Spec.valueIsOptional(option)
        ? " -r" + values(what(option.paramLabel()), Spec.choices(option))
        : "";
  }

  private static String values(What what, List<String> words) {
    return switch (what) {
      case FILE -> " -F";
      case PID -> " -a '(__fish_complete_pids)'";
      case WORD -> words.isEmpty() ? "" : " -a '" + String.join(" ", words) + "'";
    };
  }

  private static String text(String text) {
    return " -d '" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
