package dev.ckpt.junit;

import java.io.IOException;

/** When a helper that was started can be used; asked again and again. */
@FunctionalInterface
public interface ReadyCondition {
  /** Whether it can be used now; an {@link IOException} fails the test. */
  boolean isReady(RunningHelper helper) throws IOException;
}
