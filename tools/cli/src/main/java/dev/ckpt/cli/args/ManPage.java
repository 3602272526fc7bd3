package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A page for man(1): what the description of the arguments says, with a text for the rest of it.
 *
 * <p>Source: man-pages(7) for the sections and their order.
 */
public final class ManPage {
  private final CommandSpec program;
  private final String date;
  private final Roff roff = new Roff();

  private ManPage(CommandSpec program, String date) {
    this.program = program;
    this.date = date;
  }

  /** The name of a command's page, without its section. */
  public static String name(CommandSpec program, CommandSpec command) {
    String top = program.name();
    return command.name().equals(top) ? top : top + "-" + command.name();
  }

  /**
   * A page.
   *
   * @param command one of the program's, or its top
   * @param text paragraphs for DESCRIPTION, then sections, one at least: see {@link Roff#text}
   * @param date when it was made
   * @param version of the program
   */
  public static String of(
      CommandSpec program, CommandSpec command, String text, String date, String version) {
    ManPage page = new ManPage(program, date);
    int heading = text.startsWith("# ") ? 0 : text.indexOf("\n# ");
    String intro = text.substring(0, heading);
    page.begin(command, version);
    if (command == program) {
      page.describeAll(program, intro);
    } else {
      page.describe(command, intro);
    }
    page.roff.section("OPTIONS");
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      page.roff.item(Roff.italic(parameter.paramLabel()), Spec.text(parameter));
    }
    command.options().forEach(page::option);
    page.roff.text(text.substring(heading));
    page.seeAlso(command);
    return page.roff.toString();
  }

  private void begin(CommandSpec command, String version) {
    String name = name(program, command);
    String header = Spec.header(command);
    roff.line(".\\\" Made from the description of the arguments.");
    roff.line(
        ".TH "
            + Roff.plain(name.toUpperCase(Locale.ROOT))
            + " 1 "
            + date
            + " \""
            + Roff.plain(version)
            + "\"");
    roff.section("NAME");
    String summary = header.substring(0, 1).toLowerCase(Locale.ROOT) + header.substring(1);
    roff.line(Roff.plain(name) + " \\- " + Roff.plain(summary.replaceFirst("\\.$", "")));
    roff.section("SYNOPSIS");
  }

  private void describeAll(CommandSpec whole, String intro) {
    String name = whole.name();
    roff.line(
        Roff.bold(name) + " " + Roff.italic("COMMAND") + " [" + Roff.italic("ARGUMENTS") + "]");
    roff.section("DESCRIPTION");
    roff.text(intro);
    roff.section("COMMANDS");
    for (CommandSpec command : Spec.commands(whole)) {
      String page = Roff.bold(name(whole, command)) + "(1)";
      roff.item(hasPage(command) ? page : Roff.bold(name + " help"), Spec.header(command));
    }
  }

  private void describe(CommandSpec command, String intro) {
    StringBuilder usage = new StringBuilder(Roff.bold(program.name() + " " + command.name()));
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      String label = Roff.italic(parameter.paramLabel());
      usage.append(' ').append(parameter.required() ? label : "[" + label + "]");
    }
    for (OptionSpec option : command.options()) {
      if (option.required()) {
        usage.append(' ').append(Roff.bold(Spec.letter(option)));
        usage.append(' ').append(Roff.italic(option.paramLabel()));
      }
    }
    roff.line(usage.append(" [").append(Roff.italic("OPTIONS")).append(']').toString());
    roff.section("DESCRIPTION");
    roff.paragraph(
        (Spec.header(command) + " " + String.join(" ", command.usageMessage().description()))
            .strip());
    roff.text(intro);
  }

  private void option(OptionSpec option) {
    String letter = Spec.letter(option).isEmpty() ? "" : Roff.bold(Spec.letter(option)) + ", ";
    String label = "=" + Roff.italic(option.paramLabel());
    String value =
        Spec.valueIsOptional(option) ? "[" + label + "]" : Spec.takesValue(option) ? label : "";
    roff.item(letter + Roff.bold(option.longestName()) + value, Spec.text(option));
  }

  private void seeAlso(CommandSpec self) {
    roff.section("SEE ALSO");
    List<CommandSpec> others = new ArrayList<>();
    others.add(program);
    others.addAll(Spec.commands(program));
    others.removeIf(other -> other == self || !hasPage(other));
    for (CommandSpec other : others) {
      String comma = other == others.get(others.size() - 1) ? "" : ",";
      roff.line(Roff.bold(name(program, other)) + "(1)" + comma);
    }
  }

  /** What needs no page of its own is told of in that of the program. */
  public static boolean hasPage(CommandSpec command) {
    return !command.name().equals("help");
  }
}
