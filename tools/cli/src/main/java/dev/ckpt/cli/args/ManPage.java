package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A page for man(1): what the description of the arguments says, with a text for the rest of it.
 *
 * <p>Source: man-pages(7) for the sections and their order.
 */
public final class ManPage {
  private final Program program;
  private final String date;
  private final Roff roff = new Roff();

  private ManPage(Program program, String date) {
    this.program = program;
    this.date = date;
  }

  /** The name of a command's page, without its section. */
  public static String name(Program program, Syntax command) {
    String top = program.top().name();
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
      Program program, Syntax command, String text, String date, String version) {
    ManPage page = new ManPage(program, date);
    int heading = text.startsWith("# ") ? 0 : text.indexOf("\n# ");
    String intro = text.substring(0, heading);
    page.begin(command, version);
    if (command == program.top()) {
      page.describe(program, intro);
    } else {
      page.describe(command, intro);
    }
    page.roff.section("OPTIONS");
    for (Parameter parameter : command.parameters()) {
      page.roff.item(Roff.italic(parameter.label()), parameter.text());
    }
    command.options().forEach(page::option);
    page.roff.text(text.substring(heading));
    page.seeAlso(command);
    return page.roff.toString();
  }

  private void begin(Syntax command, String version) {
    String name = name(program, command);
    String header = command.header();
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

  private void describe(Program whole, String intro) {
    String name = whole.top().name();
    roff.line(
        Roff.bold(name) + " " + Roff.italic("COMMAND") + " [" + Roff.italic("ARGUMENTS") + "]");
    roff.section("DESCRIPTION");
    roff.text(intro);
    roff.section("COMMANDS");
    for (Syntax command : whole.commands()) {
      String page = Roff.bold(name(whole, command)) + "(1)";
      roff.item(hasPage(command) ? page : Roff.bold(name + " help"), command.header());
    }
  }

  private void describe(Syntax command, String intro) {
    StringBuilder usage = new StringBuilder(Roff.bold(program.top().name() + " " + command.name()));
    for (Parameter parameter : command.parameters()) {
      String label = Roff.italic(parameter.label());
      usage.append(' ').append(parameter.required() ? label : "[" + label + "]");
    }
    for (Option option : command.options()) {
      if (option.use() == Option.Use.REQUIRED) {
        usage.append(' ').append(Roff.bold(option.letter()));
        usage.append(' ').append(Roff.italic(option.label()));
      }
    }
    roff.line(usage.append(" [").append(Roff.italic("OPTIONS")).append(']').toString());
    roff.section("DESCRIPTION");
    roff.paragraph((command.header() + " " + command.description()).strip());
    roff.text(intro);
  }

  private void option(Option option) {
    String letter = option.letter().isEmpty() ? "" : Roff.bold(option.letter()) + ", ";
    String label = "=" + Roff.italic(option.label());
    String value =
        switch (option.use()) {
          case FLAG -> "";
          case OPTIONAL_VALUE -> "[" + label + "]";
          default -> label;
        };
    roff.item(letter + Roff.bold(option.name()) + value, option.text());
  }

  private void seeAlso(Syntax self) {
    roff.section("SEE ALSO");
    List<Syntax> others = new ArrayList<>();
    others.add(program.top());
    others.addAll(program.commands());
    others.removeIf(other -> other == self || !hasPage(other));
    for (Syntax other : others) {
      String comma = other == others.get(others.size() - 1) ? "" : ",";
      roff.line(Roff.bold(name(program, other)) + "(1)" + comma);
    }
  }

  /** What needs no page of its own is told of in that of the program. */
  public static boolean hasPage(Syntax command) {
    return !command.name().equals("help");
  }
}
