package dev.ckpt.tests;

import dev.ckpt.FrozenProcess;
import dev.ckpt.HelperGuard;
import dev.ckpt.HelperProcess;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A JVM that is killed while helpers of its run: {@code GuardedHelper FOLDER} says the pids of one
 * that came back and of one that has a child.
 */
public final class GuardedHelper {
  private GuardedHelper() {}

  /** Waits to be killed. */
  public static void main(String[] arguments) throws IOException {
    try (HelperGuard guard = HelperGuard.start(Path.of(arguments[0]));
        HelperProcess helper =
            HelperProcess.command("/bin/sleep", "1000").guardedBy(guard).start();
        HelperProcess parent =
            HelperProcess.command("/bin/sh", "-c", "sleep 1000 & echo $!; wait")
                .guardedBy(guard)
                .start();
        FrozenProcess frozen = helper.freeze();
        HelperProcess again = frozen.restore()) {
      parent.awaitOutput("^[0-9]+$", HelperClient.PATIENCE);
      System.out.println(again.pid() + " " + parent.pid() + " " + parent.output().strip());
      System.out.flush();
      again.waitFor();
    }
  }
}
