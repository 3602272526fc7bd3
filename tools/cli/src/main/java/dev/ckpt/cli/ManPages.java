package dev.ckpt.cli;

import dev.ckpt.cli.args.ManPage;
import dev.ckpt.cli.args.Spec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** Writes the man pages of the command into a folder, for {@code bin/install}. */
final class ManPages {
  /** What distributions set to get the same bytes each time. */
  private static final String EPOCH = "SOURCE_DATE_EPOCH";

  private static final int DATE_CHARS = 10;

  private ManPages() {}

  /** Writes them all into the folder that is named. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    for (Map.Entry<String, String> page : all(date(System.getenv())).entrySet()) {
      Files.writeString(folder.resolve(page.getKey()), page.getValue());
    }
  }

  /** The day, as the environment says or as it is. */
  static String date(Map<String, String> environment) {
    String seconds = environment.get(EPOCH);
    Instant time = seconds == null ? Instant.now() : Instant.ofEpochSecond(Long.parseLong(seconds));
    return time.toString().substring(0, DATE_CHARS);
  }

  /** Every page by the name of its file. */
  static Map<String, String> all(String date) throws IOException {
    CommandSpec program = CommandTree.program();
    List<CommandSpec> commands = new ArrayList<>(Spec.commands(program));
    commands.add(0, program);
    commands.removeIf(command -> !ManPage.hasPage(command));
    Map<String, String> pages = new LinkedHashMap<>();
    for (CommandSpec command : commands) {
      pages.put(
          ManPage.name(program, command) + ".1",
          ManPage.of(program, command, text(command.name()), date, Version.line()));
    }
    return pages;
  }

  private static String text(String command) throws IOException {
    String name = "man/" + command + ".txt";
    try (InputStream text = ManPages.class.getResourceAsStream(name)) {
      if (text == null) {
        throw new FileNotFoundException(name);
      }
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
