package dev.ckpt.junit;

/** What is done where a helper cannot be frozen, or does not come back. */
public enum IfImpossible {
  /** It is started and warmed up anew for every test; one line on standard error says why. */
  RESTART,

  /** The test fails. */
  FAIL
}
