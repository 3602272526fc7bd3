package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Cred;
import java.util.List;

/** Rebuilds user and group ids; capabilities follow from them. */
final class Creds {
  private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;
  private static final int CAP_HEADER_BYTES = 8;
  private static final int CAP_DATA_BYTES = 24;

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
    restoreCapabilities(run, cred);
  }

  /** Gives up what the ids left over; more than we have cannot be given. */
  private static void restoreCapabilities(BatchRunner run, Cred cred) throws CkptException {
    Batch batch = run.room(1, CAP_HEADER_BYTES + CAP_DATA_BYTES);
    Batch.Data header = batch.space(CAP_HEADER_BYTES);
    batch.putInt(header, 0, LINUX_CAPABILITY_VERSION_3);
    Batch.Data data = batch.space(CAP_DATA_BYTES);
    for (int half = 0; half < 2; half++) {
      int at = half * CAP_DATA_BYTES / 2;
      int shift = half * Integer.SIZE;
      batch.putInt(data, at, (int) (cred.capEffective() >>> shift));
      batch.putInt(data, at + 4, (int) (cred.capPermitted() >>> shift));
      batch.putInt(data, at + 8, (int) (cred.capInheritable() >>> shift));
    }
    batch.tryCall("capset", SyscallNumbers.CAPSET, header, data);
    run.flush();
  }

  /** Makes sure that every thread has the ids and capabilities it had, no more and no less. */
  static void verify(ImageState state) throws CkptException {
    for (Cred cred : state.all(Cred.class)) {
      Status now = ProcFs.of(state.task().pid()).status(cred.tid());
      boolean same =
          now.capEff() == cred.capEffective()
              && now.capPrm() == cred.capPermitted()
              && now.capInh() == cred.capInheritable()
              && now.capBnd() == cred.capBounding()
              && now.capAmb() == cred.capAmbient()
              && now.uid().effective() == cred.euid()
              && now.uid().fs() == cred.fsuid();
      if (!same) {
        throw new UnsupportedStateException(
            List.of(
                new Refusal(
                    "CREDS_DIFFER",
                    "thread " + cred.tid() + " cannot have its capabilities back",
                    "run ckpt with the rights that it was dumped with")));
      }
    }
  }
}
