package dev.ckpt.cli.args;

import java.util.Collection;
import java.util.Optional;

/**
 * Which word was meant, when one was typed that does not exist. What picocli suggests has the same
 * two letters at its begin, or two neighbouring letters anywhere.
 */
public final class Similar {
  private Similar() {}

  /** A question to put behind an error; empty when nothing is near. */
  public static String hint(String typed, Collection<String> words) {
    return to(typed, words).map(word -> ": did you mean " + word + "?").orElse("");
  }

  /** The word that is nearest, if any is near: one that is half other letters is not. */
  static Optional<String> to(String typed, Collection<String> words) {
    String nearest = "";
    int least = Integer.MAX_VALUE;
    for (String word : words) {
      boolean begun = !typed.isEmpty() && word.startsWith(typed);
      int distance = begun ? 1 : distance(typed, word);
      if (distance < least) {
        least = distance;
        nearest = word;
      }
    }
    int letters = (int) typed.chars().filter(Character::isLetterOrDigit).count();
    return least <= Math.max(1, letters / 3) ? Optional.of(nearest) : Optional.empty();
  }

  /**
   * How many letters have to be put in, left out, replaced, or exchanged with their neighbour.
   *
   * <p>Source: the optimal string alignment distance, row by row.
   */
  static int distance(String from, String to) {
    int[][] rows = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      rows[i][0] = i;
    }
    for (int j = 0; j <= to.length(); j++) {
      rows[0][j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      for (int j = 1; j <= to.length(); j++) {
        int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        int best =
            Math.min(Math.min(rows[i - 1][j], rows[i][j - 1]) + 1, rows[i - 1][j - 1] + change);
        boolean exchanged =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        rows[i][j] = exchanged ? Math.min(best, rows[i - 2][j - 2] + 1) : best;
      }
    }
    return rows[from.length()][to.length()];
  }
}
