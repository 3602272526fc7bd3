package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.Refusal;
import java.util.List;

/** Lets tests of this module make a list of refusals, which only a dump does otherwise. */
public final class RefusalLists {
  private RefusalLists() {}

  /** An empty one. */
  public static Refusals of(int pid) {
    return new Refusals(pid);
  }

  /** What was added to it. */
  public static List<Refusal> list(Refusals refusals) {
    return refusals.list();
  }
}
