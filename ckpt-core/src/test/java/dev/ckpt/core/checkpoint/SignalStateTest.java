package dev.ckpt.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignalStateTest {
  private static List<byte[]> waiting(int... signals) {
    return java.util.Arrays.stream(signals)
        .mapToObj(
            signal -> {
              byte[] info = new byte[Ptrace.SIGINFO_BYTES];
              info[0] = (byte) signal;
              return info;
            })
        .toList();
  }

  private static int stopSignal(int found, List<byte[]> shared, List<byte[]> ofThreads) {
    return SignalState.stopSignal(found, shared, ofThreads);
  }

  @Test
  void isStoppedByTheSignalThatStoppedIt() {
    List<byte[]> others = waiting(Signals.SIGTERM, Signals.SIGTSTP);
    assertEquals(Signals.SIGTSTP, stopSignal(Signals.SIGTSTP, others, others));
    assertEquals(0, stopSignal(0, others, others));
  }

  @Test
  void aStopThatWaitsHasStoppedIt() {
    List<byte[]> stop = waiting(Signals.SIGTERM, Signals.SIGSTOP);
    assertEquals(Signals.SIGSTOP, stopSignal(0, stop, waiting()));
    assertEquals(Signals.SIGSTOP, stopSignal(0, waiting(), stop));
    assertEquals(Signals.SIGTTIN, stopSignal(Signals.SIGTTIN, stop, waiting()));
  }

  @Test
  void aContinuationThatWaitsForItsHandlerHasContinuedIt() {
    List<byte[]> continued = waiting(Signals.SIGCONT);
    assertEquals(0, stopSignal(Signals.SIGSTOP, continued, waiting()));
    assertEquals(0, stopSignal(Signals.SIGSTOP, waiting(), continued));
  }
}
