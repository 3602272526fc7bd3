package dev.ckpt.core.error;

import dev.ckpt.error.CkptException;
import java.util.List;

/**
 * What was asked for cannot be done, and nothing was changed: every reason is listed, each with a
 * stable code, the object it is about, and a remedy.
 */
public final class UnsupportedStateException extends CkptException {
  private static final long serialVersionUID = 1L;

  private final transient List<Refusal> refusals;

  /** Carries at least one refusal. */
  public UnsupportedStateException(List<Refusal> refusals) {
    super(refusals.get(0).code(), text(refusals));
    this.refusals = List.copyOf(refusals);
  }

  private static String text(List<Refusal> refusals) {
    StringBuilder lines = new StringBuilder();
    for (Refusal refusal : refusals) {
      if (lines.length() > 0) {
        lines.append('\n');
      }
      lines.append(refusal);
    }
    return lines.toString();
  }

  /** Everything that stands in the way. */
  public List<Refusal> refusals() {
    return refusals;
  }
}
