package dev.ckpt.tests.fuzz;

/** The refusal of what has an answer to anything: nothing throws it. */
final class NothingRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private NothingRefused() {}
}
