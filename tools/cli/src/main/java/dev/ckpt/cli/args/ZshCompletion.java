package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Completion in zsh. */
final class ZshCompletion extends Completion {
  @Override
  public String script(CommandSpec program) {
    String name = program.name();
    List<String> lines = new ArrayList<>();
    lines.add("#compdef " + name);
    lines.add("# Completion of " + name + " in zsh, made by " + name + " completion zsh");
    lines.add("local -a commands=(");
    for (CommandSpec command : Spec.commands(program)) {
      lines.add("  " + quoted(command.name() + ":" + Spec.header(command)));
    }
    lines.add(")");
    lines.add("if ((CURRENT == 2)); then");
    lines.add("  _describe command commands");
    lines.add("  return");
    lines.add("fi");
    lines.add("local command=$words[2]");
    lines.add("shift words");
    lines.add("((CURRENT--))");
    lines.add("case $command in");
    for (CommandSpec command : Spec.commands(program)) {
      lines.add("  " + command.name() + ")");
      lines.add("    _arguments -s \\");
      command.options().forEach(option -> lines.add("      " + option(option) + " \\"));
      for (PositionalParamSpec parameter : command.positionalParameters()) {
        String values = values(what(parameter.paramLabel()), words(parameter, program));
        String optional = parameter.required() ? "" : ":";
        String place = parameter.index().min() + 1 + ":";
        lines.add(
            "      " + quoted(place + optional + parameter.paramLabel() + ":" + values) + " \\");
      }
      lines.add("      && return");
      lines.add("    ;;");
    }
    lines.add("esac");
    return String.join("\n", lines);
  }

  private static String option(OptionSpec option) {
    boolean often = option.isMultiValue() && Spec.takesValue(option);
    boolean optionalValue = Spec.valueIsOptional(option);
    String sign = optionalValue ? "=-" : Spec.takesValue(option) ? "=" : "";
    String text = quoted("[" + Spec.summary(option).replace("[", "\\[").replace("]", "\\]") + "]");
    String value = "";
    if (Spec.takesValue(option)) {
      String optional = optionalValue ? "::" : ":";
      String values = values(what(option.paramLabel()), Spec.choices(option));
      value = quoted(optional + option.paramLabel() + ":" + values);
    }
    String names = option.longestName() + sign;
    if (!Spec.letter(option).isEmpty()) {
      String plus = Spec.takesValue(option) ? "+" : "";
      String exclude = "(" + Spec.letter(option) + " " + option.longestName() + ")";
      return quoted(exclude) + "{" + Spec.letter(option) + plus + "," + names + "}" + text + value;
    }
    return (often ? "\\*" : "") + names + text + value;
  }

  private static String values(What what, List<String> words) {
    return switch (what) {
      case FILE -> "_files";
      case PID -> "_pids";
      case WORD -> words.isEmpty() ? " " : "(" + String.join(" ", words) + ")";
    };
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
