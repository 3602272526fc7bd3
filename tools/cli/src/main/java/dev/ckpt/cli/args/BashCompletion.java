package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Completion in bash. */
final class BashCompletion extends Completion {
  @Override
  public String script(CommandSpec program) {
    String name = program.name();
    List<String> first = new ArrayList<>(commands(program));
    program.options().forEach(option -> first.add(option.longestName()));
    List<String> lines = new ArrayList<>();
    lines.add("# Completion of " + name + " in bash, made by " + name + " completion bash");
    lines.add("_" + name + "() {");
    lines.add("  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}");
    lines.add("  COMPREPLY=()");
    lines.add("  if [ \"$COMP_CWORD\" -eq 1 ]; then");
    lines.add("    " + reply(What.WORD, first));
    lines.add("    return");
    lines.add("  fi");
    lines.add("  # bash takes --name=value for three words.");
    lines.add("  [ \"$current\" != = ] || current=''");
    lines.add("  [ \"$before\" != = ] || before=${COMP_WORDS[COMP_CWORD - 2]}");
    lines.add("  case ${COMP_WORDS[1]} in");
    for (CommandSpec command : Spec.commands(program)) {
      lines.add("    " + command.name() + ")");
      addValues(command, lines);
      addParameters(command, program, lines);
      lines.add("      ;;");
    }
    lines.add("  esac");
    lines.add("}");
    lines.add("complete -o filenames -F _" + name + " " + name);
    return String.join("\n", lines);
  }

  private static void addValues(CommandSpec command, List<String> lines) {
    lines.add("      case $before in");
    for (OptionSpec option : command.options()) {
      if (Spec.takesValue(option)) {
        String letter = Spec.letter(option).isEmpty() ? "" : Spec.letter(option) + " | ";
        String reply = reply(what(option.paramLabel()), Spec.choices(option));
        lines.add("        " + letter + option.longestName() + ") " + reply + "; return ;;");
      }
    }
    lines.add("      esac");
  }

  private static void addParameters(CommandSpec command, CommandSpec program, List<String> lines) {
    List<String> options = new ArrayList<>();
    command.options().forEach(option -> options.add(option.longestName()));
    lines.add("      if [ \"${current#-}\" != \"$current\" ]; then");
    lines.add("        " + reply(What.WORD, options));
    // NB: if there are two, they are alike: two images.
    if (!command.positionalParameters().isEmpty()) {
      PositionalParamSpec parameter = command.positionalParameters().get(0);
      lines.add("      else");
      lines.add("        " + reply(what(parameter.paramLabel()), words(parameter, program)));
    }
    lines.add("      fi");
  }

  private static String reply(What what, List<String> words) {
    String source =
        switch (what) {
          case FILE -> "-f";
          case PID -> "-W \"$(cd /proc && echo [0-9]*)\"";
          case WORD -> "-W '" + String.join(" ", words) + "'";
        };
    return "mapfile -t COMPREPLY < <(compgen " + source + " -- \"$current\")";
  }
}
