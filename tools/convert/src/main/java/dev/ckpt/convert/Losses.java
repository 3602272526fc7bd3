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
  private long nr;
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
    // NB: a file from anybody may have millions.
    if (nr++ < MOST_NAMED) {
      losses.add(name + " (" + of + ")");
    }
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
        String.format(Locale.ROOT, "%s cannot say: %s", format, String.join(", ", named())));
  }

  /** What is to be said to people. */
  public List<String> notes() {
    List<String> all = new ArrayList<>(notes);
    named().forEach(loss -> all.add("left out: " + loss));
    return all;
  }

  private List<String> named() {
    List<String> some = new ArrayList<>(losses);
    if (nr > losses.size()) {
      some.add("and " + (nr - losses.size()) + " more");
    }
    return some;
  }
}
