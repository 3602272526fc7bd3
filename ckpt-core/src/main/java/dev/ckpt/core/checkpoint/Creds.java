package dev.ckpt.core.checkpoint;

import dev.ckpt.core.proc.Status;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Cred;

/** User and group ids, groups, capabilities, securebits and no_new_privs, per thread. */
final class Creds {
  private Creds() {}

  /** Adds the record. */
  static void save(CkptContext context, int tid, RemoteQueries.ThreadAnswers told)
      throws CkptException {
    Status status = context.proc().status(tid);
    context.add(
        new Cred(
            tid,
            status.uid().real(),
            status.uid().effective(),
            status.uid().saved(),
            status.uid().fs(),
            status.gid().real(),
            status.gid().effective(),
            status.gid().saved(),
            status.gid().fs(),
            status.groups(),
            status.capInh(),
            status.capPrm(),
            status.capEff(),
            status.capBnd(),
            status.capAmb(),
            told.securebits(),
            status.noNewPrivs()));
  }
}
