package dev.ckpt.core.checkpoint;

import dev.ckpt.core.proc.Status;

/** User and group ids, groups and capabilities, per thread. */
final class Creds {
  private Creds() {}

  /**
   * Whether a thread has just the capabilities that its user ids give to a process of root's or of
   * an ordinary user's: only such are rebuilt by setting the ids.
   *
   * @param bounding our own bounding set, which the restored task inherits
   */
  static boolean hasDefaultCaps(Status status, long bounding) {
    if (status.capInh() != 0 || status.capAmb() != 0 || status.capBnd() != bounding) {
      return false;
    }
    boolean someRoot =
        status.uid().real() == 0 || status.uid().effective() == 0 || status.uid().saved() == 0;
    long permitted = someRoot ? bounding : 0;
    long effective = status.uid().effective() == 0 ? permitted : 0;
    return status.capPrm() == permitted && status.capEff() == effective;
  }
}
