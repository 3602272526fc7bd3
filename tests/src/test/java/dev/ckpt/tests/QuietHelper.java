package dev.ckpt.tests;

import dev.ckpt.FrozenProcess;
import dev.ckpt.HelperProcess;
import java.io.IOException;

/** What a program does that uses the library and nothing else. */
public final class QuietHelper {
  private QuietHelper() {}

  /** Freezes a helper and brings it back; says nothing. */
  public static void main(String[] arguments) throws IOException {
    try (HelperProcess helper = HelperProcess.command("/bin/sleep", "1000").start();
        FrozenProcess frozen = helper.freeze();
        HelperProcess again = frozen.restore()) {
      if (!again.isAlive()) {
        throw new IllegalStateException("it has ended with " + again.exitCode());
      }
    }
  }
}
