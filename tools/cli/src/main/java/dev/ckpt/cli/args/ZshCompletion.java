package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;

/** Completion in zsh. */
final class ZshCompletion extends Completion {
  @Override
  public String script(Program program) {
    String name = program.top().name();
    List<String> lines = new ArrayList<>();
    lines.add("#compdef " + name);
    lines.add("# Completion of " + name + " in zsh, made by " + name + " completion zsh");
    lines.add("local -a commands=(");
    for (Syntax command : program.commands()) {
      lines.add("  " + quoted(command.name() + ":" + command.header()));
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
    for (Syntax command : program.commands()) {
      lines.add("  " + command.name() + ")");
      lines.add("    _arguments -s \\");
      command.options().forEach(option -> lines.add("      " + option(option) + " \\"));
      for (Parameter parameter : command.parameters()) {
        String values = values(what(parameter.label()), words(parameter, program));
        String optional = parameter.required() ? "" : ":";
        lines.add("      " + quoted("1:" + optional + parameter.label() + ":" + values) + " \\");
      }
      lines.add("      && return");
      lines.add("    ;;");
    }
    lines.add("esac");
    return String.join("\n", lines);
  }

  private static String option(Option option) {
    boolean often = option.use() == Option.Use.REPEATED;
    String sign =
        switch (option.use()) {
          case FLAG -> "";
          case OPTIONAL_VALUE -> "=-";
          default -> "=";
        };
    String text = quoted("[" + option.summary().replace("[", "\\[").replace("]", "\\]") + "]");
    String value = "";
    if (option.takesValue()) {
      String optional = option.use() == Option.Use.OPTIONAL_VALUE ? "::" : ":";
      String values = values(what(option.label()), option.choices());
      value = quoted(optional + option.label() + ":" + values);
    }
    String names = option.name() + sign;
    if (!option.letter().isEmpty()) {
      String plus = option.takesValue() ? "+" : "";
      String exclude = "(" + option.letter() + " " + option.name() + ")";
      return quoted(exclude) + "{" + option.letter() + plus + "," + names + "}" + text + value;
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
