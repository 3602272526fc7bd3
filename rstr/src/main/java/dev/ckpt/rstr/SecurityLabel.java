package dev.ckpt.rstr;

import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcReadException;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.LsmLabel;

/**
 * By which label a security module (SELinux, AppArmor, Smack) knows the task. It comes from the
 * policy that the program was started under, and is not changed here; but a task that was confined
 * and is so no more must not be so in silence.
 */
final class SecurityLabel {
  private SecurityLabel() {}

  /** A note when the new task has another one. */
  static void compare(RstrContext context) throws CkptException {
    for (LsmLabel saved : context.state().all(LsmLabel.class)) {
      String was = saved.label().toString();
      String is = labelOf(context.leader().pid());
      if (!is.equals(was)) {
        context.notes().add("security label: was " + was + ", is " + is + " now, as ours is");
      }
    }
  }

  private static String labelOf(int pid) throws CkptException {
    try {
      return ProcFs.of(pid).securityLabel().toString();
    } catch (ProcReadException e) {
      // EINVAL: no module gives labels.
      return "none";
    }
  }
}
