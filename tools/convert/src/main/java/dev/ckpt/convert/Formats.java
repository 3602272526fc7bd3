package dev.ckpt.convert;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** All formats that there are on the class path. */
public final class Formats {
  private Formats() {}

  /** Each of them, by their names. */
  public static List<Format> all() {
    List<Format> all = new ArrayList<>();
    ServiceLoader.load(Format.class, Formats.class.getClassLoader()).forEach(all::add);
    all.sort(Comparator.comparing(Format::name));
    return all;
  }

  /** The one of this name. */
  public static Optional<Format> named(String name) {
    return all().stream().filter(format -> format.name().equals(name)).findFirst();
  }

  /** The one whose files are named so. */
  public static Optional<Format> ofFile(String fileName) {
    return all().stream()
        .filter(format -> format.suffixes().stream().anyMatch(fileName::endsWith))
        .findFirst();
  }
}
