package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.Clocks;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.NsLink;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TimensOffsets;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.TimeNs;
import java.util.Map;

/**
 * The clocks of the task. It may have a time namespace of its own: so has a task that was restored
 * in another boot.
 */
public final class TimeNamespace {
  /** Its link in {@code /proc/PID/ns}. */
  static final String LINK = "time";

  /** The link of the namespace that the task's children will have. */
  static final String FOR_CHILDREN = "time_for_children";

  private TimeNamespace() {}

  /**
   * Refuses a task whose children will have other clocks than itself: the kernel shows only the
   * offsets that those will have.
   */
  static void survey(Map<String, NsLink> namespaces, Refusals refusals) {
    NsLink own = namespaces.get(LINK);
    refusals.addIf(
        own != null && !own.equals(namespaces.get(FOR_CHILDREN)),
        RefusalCode.NAMESPACE,
        "its children will have another time namespace than it has itself",
        "dump it before it calls unshare(2), or dump one of its children");
  }

  /** Adds the record of a task whose clocks are not the machine's. */
  static void save(CkptContext context) throws CkptException {
    TimensOffsets offsets = context.proc().timensOffsets();
    if (!offsets.equals(TimensOffsets.NONE)) {
      context.add(new TimeNs(offsets.monotonicNanos(), offsets.boottimeNanos()));
    }
  }

  /** How far a clock of the task is ahead of the same clock of ours, in nanoseconds. */
  public static long ahead(SurveyContext context, int clockId) throws CkptException {
    return context.proc().timensOffsets().minus(ours()).of(clockId);
  }

  /** What a clock of the machine's first time namespace shows now, in nanoseconds. */
  static long machineTime(int clockId) throws CkptException {
    return Clocks.now(clockId) - ours().of(clockId);
  }

  private static TimensOffsets ours() throws CkptException {
    return ProcFs.of(Tasks.self()).timensOffsets();
  }
}
