package dev.ckpt.core.tracee;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.kernel.Ptrace;
import dev.ckpt.core.kernel.Signals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wait statuses as ptrace(2) describes them. */
class StopTest {
  private static int stopped(int signal, int event) {
    return event << 16 | signal << 8 | 0x7f;
  }

  @ParameterizedTest
  @CsvSource({
    "0x0000,EXITED,0",
    "0x0100,EXITED,1",
    "0xff00,EXITED,255",
    "0x0009,KILLED,9",
    "0x000b,KILLED,11",
    "0x008b,KILLED,11",
    "0x0086,KILLED,6",
    "0x0040,KILLED,64",
    "0x137f,SIGNAL,19",
    "0x057f,SIGNAL,5",
    "0x0a7f,SIGNAL,10",
    "0x407f,SIGNAL,64",
    "0x857f,SYSCALL,133",
    "0x80057f,INTERRUPTED,5",
    "0x80137f,GROUP_STOP,19",
    "0x80147f,GROUP_STOP,20",
    "0x80157f,GROUP_STOP,21",
    "0x80167f,GROUP_STOP,22",
    "0x03057f,EVENT,3",
    "0x04057f,EVENT,4",
    "0x06057f,EVENT,6"
  })
  void decodes(String status, Stop.Kind kind, int detail) {
    Stop stop = Stop.decode(Integer.decode(status));
    assertEquals(kind, stop.kind());
    assertEquals(detail, stop.detail());
    boolean end = kind == Stop.Kind.EXITED || kind == Stop.Kind.KILLED;
    assertEquals(end, stop.isEnd());
  }

  @Test
  void tellsTheStopsThatWeMake() {
    assertEquals(
        Stop.Kind.INTERRUPTED, Stop.decode(stopped(Signals.SIGTRAP, Ptrace.EVENT_STOP)).kind());
    assertEquals(Stop.Kind.EVENT, Stop.decode(stopped(Signals.SIGTRAP, Ptrace.EVENT_CLONE)).kind());
    for (int signal = 1; signal <= Signals.NSIG; signal++) {
      Stop stop = Stop.decode(stopped(signal, 0));
      assertEquals(Stop.Kind.SIGNAL, stop.kind());
      assertEquals(signal, stop.detail());
    }
    assertEquals("SIGNAL(10)", Stop.decode(stopped(10, 0)).toString());
  }
}
