package dev.ckpt.core.checkpoint;

import dev.ckpt.core.proc.ProcReadException;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.LsmLabel;

/** By which label a security module (SELinux, AppArmor, Smack) knows the task. */
final class SecurityLabel {
  private SecurityLabel() {}

  /** Adds the record, unless the kernel has no such module. */
  static void save(CkptContext context) throws CkptException {
    ByteString label;
    try {
      label = context.proc().securityLabel();
    } catch (ProcReadException e) {
      // EINVAL: no module gives labels.
      return;
    }
    context.add(new LsmLabel(label));
  }
}
