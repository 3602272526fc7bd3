package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.Code;
import java.util.ArrayList;
import java.util.List;

/** Gathers everything that stands in the way of a dump, so that all of it is said at once. */
public final class Refusals {
  private final String target;
  private final List<Refusal> refusals = new ArrayList<>();

  /** For one target. */
  public Refusals(int pid) {
    this.target = "[pid " + pid + "] ";
  }

  /**
   * Adds one.
   *
   * @param object what it is about, without the process, as in {@code fd 5 (socket:[77])}
   */
  public void add(Code code, String object, String remedy) {
    refusals.add(new Refusal(code, target + object, remedy));
  }

  /** Adds one that names the target already. */
  void add(Refusal refusal) {
    refusals.add(refusal);
  }

  /** Adds one when the condition holds. */
  public void addIf(boolean condition, Code code, String object, String remedy) {
    if (condition) {
      add(code, object, remedy);
    }
  }

  /** Throws when there is any. */
  void check() throws UnsupportedStateException {
    if (!refusals.isEmpty()) {
      throw new UnsupportedStateException(refusals);
    }
  }

  /** All of them, in the order in which they were found. */
  public List<Refusal> list() {
    return List.copyOf(refusals);
  }
}
