package dev.ckpt.rstr;

/** Whose a restored task is. */
public enum Custody {
  /** Our child and our job, in the manner of a shell: it gets our signals and our terminal. */
  JOB,

  /** Our child, for us to wait for, and nothing more. */
  CHILD,

  /** A child of init in a session of its own. */
  INIT
}
