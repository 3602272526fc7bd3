package dev.ckpt.convert;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the format that is written cannot say. */
public final class Losses {
  /** More than these are counted. */
  private static final int MOST_NAMED = 20;

  private final boolean allowed;
  private final List<String> losses = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Begins with none.
   *
   * @param allowed whether they are left out, or are an error
   */
  public Losses(boolean allowed) {
    this.allowed = allowed;
  }

  /** Says that something cannot be expressed, by its name and what it is of. */
  public void add(String name, String of) {
    losses.add(name + " (" + of + ")");
  }

  /** Says that something becomes another thing by the way, as it does in that format anyway. */
  public void note(String text) {
    notes.add(text);
  }

  /**
   * Goes on only if nothing is lost, or may be.
   *
   * @param format whose files cannot say it
   */
  public void requireAllowed(String format) throws CkptException {
    if (allowed || losses.isEmpty()) {
      return;
    }
    throw new CkptException(
        FailureCode.CONVERT_LOSS,
        String.format(
            Locale.ROOT, "%s cannot say: %s", format, String.join(", ", atMost(MOST_NAMED))));
  }

  /** What is to be said to people. */
  public List<String> notes() {
    List<String> all = new ArrayList<>(notes);
    atMost(MOST_NAMED).forEach(loss -> all.add("left out: " + loss));
    return all;
  }

  private List<String> atMost(int nr) {
    if (losses.size() <= nr) {
      return losses;
    }
    List<String> some = new ArrayList<>(losses.subList(0, nr));
    some.add("and " + (losses.size() - nr) + " more");
    return some;
  }
}
