package dev.ckpt.core.tracee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Signals;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StopSignalTest {
  private static final Set<Integer> BY_DEFAULT =
      Set.of(Signals.SIGURG, Signals.SIGWINCH, Signals.SIGCHLD);
  private static final Set<Integer> NEVER =
      Set.of(
          Signals.SIGKILL,
          Signals.SIGSTOP,
          Signals.SIGCONT,
          Signals.SIGTSTP,
          Signals.SIGTTIN,
          Signals.SIGTTOU);

  private static long bits(int... signals) {
    long mask = 0;
    for (int signal : signals) {
      mask |= Signals.bit(signal);
    }
    return mask;
  }

  private static final long DEFAULTS = bits(Signals.SIGURG, Signals.SIGWINCH, Signals.SIGCHLD);

  @Test
  void prefersWhatIsIgnoredByDefault() {
    assertEquals(Signals.SIGURG, StopSignal.choose(0, 0, 0));
    assertEquals(Signals.SIGWINCH, StopSignal.choose(bits(Signals.SIGURG), 0, 0));
    assertEquals(Signals.SIGWINCH, StopSignal.choose(0, 0, bits(Signals.SIGURG)));
    assertEquals(
        Signals.SIGCHLD, StopSignal.choose(bits(Signals.SIGURG), 0, bits(Signals.SIGWINCH)));
  }

  @Test
  void takesOneThatTheTaskIgnores() {
    assertEquals(13, StopSignal.choose(DEFAULTS, bits(13), 0));
    assertEquals(64, StopSignal.choose(DEFAULTS, bits(64), 0));
    assertEquals(1, StopSignal.choose(DEFAULTS, bits(1, 13), 0));
    assertEquals(13, StopSignal.choose(DEFAULTS, bits(1, 13), bits(1)));
  }

  @Test
  void hasNoneWhenEveryOneIsCaughtBlockedOrWaiting() {
    assertEquals(StopSignal.NONE, StopSignal.choose(DEFAULTS, 0, 0));
    assertEquals(StopSignal.NONE, StopSignal.choose(0, 0, -1));
    assertEquals(StopSignal.NONE, StopSignal.choose(-1, 0, 0));
    assertEquals(StopSignal.NONE, StopSignal.choose(-1, -1, 0));
    assertEquals(StopSignal.NONE, StopSignal.choose(0, -1, -1));
    assertEquals(StopSignal.NONE, StopSignal.choose(DEFAULTS, bits(13), bits(13)));
  }

  @Test
  void neverTakesOneThatStopsOrContinues() {
    for (int signal : NEVER) {
      assertEquals(StopSignal.NONE, StopSignal.choose(DEFAULTS, bits(signal), 0), "" + signal);
    }
  }

  private static long sparse(Random random) {
    long some = random.nextLong();
    return some & random.nextLong();
  }

  @Test
  void everyChoiceIsOneThatTheKernelDrops() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      long caught = random.nextLong() | (random.nextBoolean() ? DEFAULTS : 0);
      long ignored = sparse(random) & ~caught;
      long unusable = sparse(random);
      int signal = StopSignal.choose(caught, ignored, unusable);
      String what = "seed " + seed + ": " + signal;
      boolean dropped =
          signal != StopSignal.NONE
              && ((caught | unusable) & Signals.bit(signal)) == 0
              && (BY_DEFAULT.contains(signal) || (ignored & Signals.bit(signal)) != 0)
              && !NEVER.contains(signal);
      long possible = (ignored | DEFAULTS) & ~caught & ~unusable;
      for (int never : NEVER) {
        possible &= ~Signals.bit(never);
      }
      assertEquals(possible != 0, dropped, what);
      assertTrue(signal >= 0 && signal <= Signals.NSIG, what);
      if (!dropped) {
        assertEquals(StopSignal.NONE, signal, what);
      }
    }
  }
}
