package dev.ckpt.cli.args;

import java.util.List;

/**
 * An option of a command.
 *
 * @param name as in {@code --output}
 * @param letter as in {@code -o}, or empty
 * @param label what its value is, as in {@code IMAGE}; empty when it takes none
 * @param use how it may be given
 * @param choices the values that there are; empty when there are many
 * @param text what it does, in one paragraph
 */
public record Option(
    String name, String letter, String label, Use use, List<String> choices, String text) {

  /** How an option may be given. */
  public enum Use {
    /** Once or more often, without a value. */
    FLAG,
    /** Once, with a value. */
    ONCE,
    /** The same, and it must be given. */
    REQUIRED,
    /** Several times, each with a value. */
    REPEATED,
    /** Once, with a value behind an equals sign or without one. */
    OPTIONAL_VALUE
  }

  /** An option that takes no value. */
  public static Option flag(String name, String text) {
    return new Option(name, "", "", Use.FLAG, List.of(), text);
  }

  /** An option that takes a value. */
  public static Option value(String name, String label, String text) {
    return new Option(name, "", label, Use.ONCE, List.of(), text);
  }

  /** The same option with a letter for those who type it often. */
  public Option withLetter(String shortName) {
    return new Option(name, shortName, label, use, choices, text);
  }

  /** The same option, given in another way. */
  public Option withUse(Use other) {
    return new Option(name, letter, label, other, choices, text);
  }

  /** The same option, with all values that it may have. */
  public Option withChoices(String... values) {
    return new Option(name, letter, label, use, List.of(values), text);
  }

  /** Whether a word is its name or its letter. */
  boolean isCalled(String word) {
    return word.equals(name) || !letter.isEmpty() && word.equals(letter);
  }

  /** The name with its value, as in {@code --output=IMAGE}. */
  public String withLabel() {
    return switch (use) {
      case FLAG -> name;
      case OPTIONAL_VALUE -> name + "[=" + label + "]";
      default -> name + "=" + label;
    };
  }

  /** The shortest that can be typed, as in {@code -o IMAGE}. */
  String shortest() {
    return letter.isEmpty() ? withLabel() : use == Use.FLAG ? letter : letter + " " + label;
  }

  /** The first sentence of its text. */
  String summary() {
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1);
  }

  boolean takesValue() {
    return use != Use.FLAG;
  }
}
