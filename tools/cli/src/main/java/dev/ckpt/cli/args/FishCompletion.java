package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;

/** Completion in fish. */
final class FishCompletion extends Completion {
  private final List<String> lines = new ArrayList<>();

  @Override
  public String script(Program program) {
    String complete = "complete -c " + program.top().name();
    lines.add(
        "# Completion of " + program.top().name() + " in fish, made by its command completion");
    lines.add(complete + " -f");
    for (Option option : program.top().options()) {
      lines.add(complete + " -n __fish_use_subcommand" + names(option) + text(option.summary()));
    }
    for (Syntax command : program.commands()) {
      String name = command.name();
      lines.add(complete + " -n __fish_use_subcommand -a " + name + text(command.header()));
      String within = complete + " -n '__fish_seen_subcommand_from " + name + "'";
      for (Option option : command.options()) {
        lines.add(within + names(option) + value(option) + text(option.summary()));
      }
      for (Parameter parameter : command.parameters()) {
        lines.add(within + values(what(parameter.label()), words(parameter, program)));
      }
    }
    return String.join("\n", lines);
  }

  private static String names(Option option) {
    String letter = option.letter().isEmpty() ? "" : " -s " + option.letter().substring(1);
    return letter + " -l " + option.name().substring(2);
  }

  private static String value(Option option) {
    return switch (option.use()) {
      case FLAG, OPTIONAL_VALUE -> "";
      default -> " -r" + values(what(option.label()), option.choices());
    };
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
