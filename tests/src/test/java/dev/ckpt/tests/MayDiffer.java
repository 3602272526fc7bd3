package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What may look different from outside, by the list in tests/programs/MAY_DIFFER. */
final class MayDiffer {
  private record Entry(Pattern fact, Pattern change) {
    boolean allows(String name, String was, String is) {
      return fact.matcher(name).matches() && change.matcher(was + " -> " + is).matches();
    }
  }

  private final List<Entry> entries = new ArrayList<>();

  private MayDiffer() {}

  static MayDiffer read() {
    MayDiffer list = new MayDiffer();
    Path file = Programs.root().resolve("tests/programs/MAY_DIFFER");
    try {
      for (String line : Files.readAllLines(file, UTF_8)) {
        if (!line.startsWith("#") && !line.isBlank()) {
          list.add(line.split("\t"), line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return list;
  }

  private void add(String[] columns, String line) {
    if (columns.length != 3) {
      throw new IllegalStateException("no three columns in MAY_DIFFER: " + line);
    }
    entries.add(
        new Entry(
            Pattern.compile(columns[0], Pattern.DOTALL),
            Pattern.compile(columns[1], Pattern.DOTALL)));
  }

  /** Whether a fact may change so; what was or is not there is {@code none}. */
  boolean allows(String name, String was, String is) {
    return entries.stream().anyMatch(entry -> entry.allows(name, was, is));
  }
}
