package dev.ckpt.rstr;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Cred;
import java.util.List;

/** Rebuilds user and group ids; capabilities follow from them. */
final class Creds {
  private Creds() {}

  /** Sets a thread's ids, groups first because the right to set them goes with the user id. */
  static void restore(BatchRunner run, Cred cred) throws CkptException {
    List<Integer> groups = cred.groups();
    Batch batch = run.room(5, groups.size() * Integer.BYTES + 8);
    Batch.Data list = batch.space(Math.max(1, groups.size()) * Integer.BYTES);
    for (int i = 0; i < groups.size(); i++) {
      batch.putInt(list, i * Integer.BYTES, groups.get(i));
    }
    if (!Checks.sameGroups(groups)) {
      batch.call("setgroups", SyscallNumbers.SETGROUPS, groups.size(), list);
    }
    batch.call("setresgid", SyscallNumbers.SETRESGID, cred.gid(), cred.egid(), cred.sgid());
    batch.tryCall("setfsgid", SyscallNumbers.SETFSGID, cred.fsgid());
    batch.call("setresuid", SyscallNumbers.SETRESUID, cred.uid(), cred.euid(), cred.suid());
    batch.tryCall("setfsuid", SyscallNumbers.SETFSUID, cred.fsuid());
    run.flush();
  }
}
