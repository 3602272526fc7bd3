package dev.ckpt.tests;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.SyscallState;
import java.io.IOException;
import java.time.Duration;

/** Waits for something that must happen, with a time-out that only a hang reaches. */
final class Await {
  /** Something to look at again and again. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** What to say when it did not happen. */
  interface Description {
    String text();
  }

  private static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("ckpt.patience", 60));
  private static final int PAUSE_MILLIS = 2;

  private Await() {}

  static void until(String what, Condition condition, Description state) throws IOException {
    long begin = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - begin > PATIENCE.toNanos()) {
        throw new AssertionError(what + " did not come: " + state.text());
      }
      pause(PAUSE_MILLIS);
    }
  }

  /** Waits until a process waits for its standard input. */
  static void reading(int pid) throws IOException {
    until(pid + " to read", () -> isReading(ProcFs.of(pid).syscall(pid)), () -> "it does not");
  }

  private static boolean isReading(SyscallState call) {
    return call.kind() == SyscallState.Kind.INSIDE
        && call.nr() == SyscallNumbers.READ
        && call.args().get(0) == 0;
  }

  static void pause(int millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
