package dev.ckpt.cli.text;

/** Names that are too long for their place. */
public final class Names {
  private static final String GAP = "...";

  private Names() {}

  /**
   * The name with as much left out as it takes: folders at the beginning of a path if the rest
   * fits, which says more; else the middle.
   */
  public static String fit(String name, int columns) {
    if (name.length() <= columns || columns <= GAP.length()) {
      return name;
    }
    int kept = columns - GAP.length();
    int folder = name.startsWith("/") ? name.indexOf('/', name.length() - kept) : -1;
    if (folder >= 0) {
      return GAP + name.substring(folder);
    }
    int head = kept / 3;
    return name.substring(0, head) + GAP + name.substring(name.length() - (kept - head));
  }
}
