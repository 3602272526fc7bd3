package dev.ckpt.core.checkpoint;

import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Loginuid;

/** To whom the audit log ascribes what the task does. */
final class LoginUser {
  private LoginUser() {}

  /** Adds the record, unless the kernel has no auditing. */
  static void save(CkptContext context) throws CkptException {
    int loginuid;
    try {
      loginuid = context.proc().loginuid();
    } catch (ProcMissingException e) {
      return;
    }
    context.add(new Loginuid(loginuid));
  }
}
