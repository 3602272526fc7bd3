package dev.ckpt.cli.args;

import java.util.ArrayList;
import java.util.List;

/** Breaks a paragraph into lines. */
final class TextWrap {
  private TextWrap() {}

  /** The lines; a word that is longer than a line has one of its own. */
  static List<String> lines(String paragraph, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : paragraph.split(" ")) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    if (line.length() > 0) {
      lines.add(line.toString());
    }
    return lines;
  }
}
