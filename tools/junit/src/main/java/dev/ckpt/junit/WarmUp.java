package dev.ckpt.junit;

/** Brings a helper into the state in which every test gets it. */
@FunctionalInterface
public interface WarmUp {
  /** Does it, when the helper is ready; connections to it are to be closed again. */
  void warmUp(RunningHelper helper) throws Exception;
}
