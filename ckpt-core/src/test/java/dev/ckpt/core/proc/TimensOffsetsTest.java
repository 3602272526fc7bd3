package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TimensOffsetsTest {
  private static final long SECOND = 1_000_000_000L;

  private static TimensOffsets parse(String text) throws ProcFormatException {
    return TimensOffsets.parse(Captured.latin1(text));
  }

  @Test
  void readsWhatTheKernelShows() throws Exception {
    assertEquals(
        TimensOffsets.NONE,
        parse("monotonic           0         0\nboottime            0         0\n"));
    assertEquals(
        new TimensOffsets(864_000 * SECOND, -3 * SECOND + 999_999_999),
        parse("monotonic      864000         0\nboottime           -3 999999999\n"));
  }

  @Test
  void writesWhatItReads() throws Exception {
    TimensOffsets offsets = new TimensOffsets(-1, 5 * SECOND + 7);
    assertEquals("monotonic -1 999999999\nboottime 5 7\n", offsets.text());
    assertEquals(offsets, parse(offsets.text()));
  }

  @Test
  void rejectsWhatItDoesNotKnow() {
    for (String text :
        new String[] {
          "",
          "monotonic 0 0\n",
          "boottime 0 0\nmonotonic 0 0\n",
          "monotonic 0 0\nboottime 0 1000000000\n",
          "monotonic 0 0\nboottime 0 -1\n",
          "monotonic 9223372037 0\nboottime 0 0\n",
          "monotonic -9223372036854775808 0\nboottime 0 0\n",
          "monotonic 0 0\nboottime 0 0",
          "monotonic 0 0\nboottime 0 0\nrealtime 0 0\n",
        }) {
      assertThrows(ProcFormatException.class, () -> parse(text), () -> text);
    }
  }

  @Test
  void knowsWhichClocksHaveThem() {
    TimensOffsets offsets = new TimensOffsets(1, 2);
    final int realtime = 0;
    assertEquals(0, offsets.of(realtime));
    assertEquals(1, offsets.of(TimensOffsets.CLOCK_MONOTONIC));
    assertEquals(2, offsets.of(TimensOffsets.CLOCK_BOOTTIME));
    assertEquals(2, offsets.of(TimensOffsets.CLOCK_BOOTTIME_ALARM));
    assertEquals(new TimensOffsets(1, 1), offsets.minus(new TimensOffsets(0, 1)));
  }
}
