package dev.ckpt.junit;

/** For how long a helper goes on from where it was frozen. */
public enum Lifetime {
  /** Every test gets it as it was frozen. */
  PER_METHOD,

  /** The tests of a class, with those nested in it, have one among them. */
  PER_CLASS
}
