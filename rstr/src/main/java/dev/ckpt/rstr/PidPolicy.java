package dev.ckpt.rstr;

/** Which numbers a restored task gets. */
public enum PidPolicy {
  /** Those it had, which must be free here. */
  OLD,

  /** Those it had, in a fresh pid namespace: seen from here it has others. */
  NAMESPACE,

  /** Another pid, where the task has one thread and it is known where that has noted its tid. */
  NEW
}
