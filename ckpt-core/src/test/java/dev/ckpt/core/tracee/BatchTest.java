package dev.ckpt.core.tracee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import org.junit.jupiter.api.Test;

class BatchTest {
  private static final long AREA = 0x7f00_0000_0000L;
  private static final int AREA_BYTES = 4096;
  private static final int MAX_CALLS = 8;
  private static final int ENTRY = 80;
  private static final int TABLE = MAX_CALLS * ENTRY;

  private final NativeBuffer image = NativeBuffer.allocate(AREA_BYTES);
  private final Batch batch = batch();

  private Batch batch() {
    return new Batch(new RemoteMap(AREA, AREA_BYTES), image, MAX_CALLS);
  }

  private long word(int entry, int index) {
    return image.getLong(entry * ENTRY + index * Long.BYTES);
  }

  @Test
  void layoutIsThatOfTheLoop() {
    assertEquals(ENTRY, LoopCode.ENTRY_BYTES);
    assertEquals(8, LoopCode.ENTRY_ARGUMENTS);
    assertEquals(56, LoopCode.ENTRY_RESULT);
    assertEquals(64, LoopCode.ENTRY_REFERENCES);
    assertEquals(72, LoopCode.ENTRY_FLAGS);
  }

  @Test
  void writesNumberArgumentsAndFlags() {
    for (int i = 0; i < ENTRY; i += Long.BYTES) {
      image.putLong(i, -1);
    }
    batch.call("six", 9, 1, 2L, -1, 0xffff_ffff_ffffL, (short) 5, Long.MIN_VALUE);
    batch.tryCall("none", 39);
    assertEquals(9, word(0, 0));
    assertEquals(1, word(0, 1));
    assertEquals(2, word(0, 2));
    assertEquals(-1, word(0, 3), "an int is extended with its sign");
    assertEquals(0xffff_ffff_ffffL, word(0, 4));
    assertEquals(5, word(0, 5));
    assertEquals(Long.MIN_VALUE, word(0, 6));
    assertEquals(0, word(0, 7));
    assertEquals(0, word(0, 8));
    assertEquals(0, word(0, 9), "may not fail");
    assertEquals(39, word(1, 0));
    for (int i = 1; i <= 8; i++) {
      assertEquals(0, word(1, i));
    }
    assertEquals(1, word(1, 9), "may fail");
    assertEquals(2, batch.nrCalls());
    assertEquals(2 * ENTRY, batch.tableUsedBytes());
    assertEquals(TABLE, batch.tableBytes());
  }

  @Test
  void refersToResultsAndWords() {
    Batch.Data data = batch.space(16);
    Batch.Result first = batch.call("open", 2);
    batch.call("use", 3, 7, first, data.word(8), data, 0, first);
    assertEquals(7, word(1, 1));
    assertEquals(LoopCode.ENTRY_RESULT, word(1, 2), "offset of the first result");
    assertEquals(TABLE + 8, word(1, 3), "offset of the word");
    assertEquals(AREA + TABLE, word(1, 4), "an address is no reference");
    assertEquals(LoopCode.ENTRY_RESULT, word(1, 6));
    assertEquals(0b100110, word(1, 8));
    Batch.Result second = batch.call("again", 4);
    batch.call("use", 5, second);
    assertEquals(2 * ENTRY + LoopCode.ENTRY_RESULT, word(3, 1));
  }

  @Test
  void dataStandsBehindTheTable() {
    Batch.Data text = batch.string("ab".getBytes(UTF_8));
    Batch.Data bytes = batch.data(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    Batch.Data space = batch.space(4);
    assertEquals(AREA + TABLE, text.address());
    assertEquals(AREA + TABLE + 8, bytes.address());
    assertEquals(AREA + TABLE + 24, space.address());
    assertArrayEquals(new byte[] {'a', 'b', 0}, batch.bytes(text));
    assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, batch.bytes(bytes));
    assertEquals(TABLE + 32, batch.usedBytes());
    batch.putLong(bytes, 0, 77);
    batch.putInt(space, 0, 5);
    assertEquals(77, batch.getLong(bytes, 0));
    assertEquals(5, batch.getInt(space, 0));
  }

  @Test
  void spaceIsZeroedAlthoughTheAreaIsUsedAgain() {
    for (int i = 0; i < AREA_BYTES; i += Long.BYTES) {
      image.putLong(i, -1);
    }
    Batch again = batch();
    assertArrayEquals(new byte[13], again.bytes(again.space(13)));
    assertArrayEquals(new byte[] {'x', 0}, again.bytes(again.string(new byte[] {'x'})));
  }

  @Test
  void knowsWhatStillFits() {
    assertTrue(batch.isEmpty());
    assertTrue(batch.hasRoom(MAX_CALLS, 0));
    assertFalse(batch.hasRoom(MAX_CALLS + 1, 0));
    int room = AREA_BYTES - TABLE;
    assertFalse(batch.hasRoom(1, room + 1));
    for (int i = 0; i < MAX_CALLS; i++) {
      assertTrue(batch.hasRoom(1, 0));
      batch.call("call", i);
    }
    assertFalse(batch.isEmpty());
    assertFalse(batch.hasRoom(1, 0));
    assertThrows(IllegalStateException.class, () -> batch.call("one more", 0));
  }

  /** Whatever hasRoom says yes to must then be possible. */
  @Test
  void whatHasRoomFits() {
    for (int len = 0; len < AREA_BYTES; len++) {
      Batch fresh = batch();
      if (fresh.hasRoom(1, len)) {
        Batch.Data data = fresh.space(len);
        fresh.call("call", 1, data);
      }
    }
  }

  @Test
  void refusesDataThatDoesNotFit() {
    batch.space(AREA_BYTES - TABLE);
    assertThrows(IllegalStateException.class, () -> batch.space(1));
    assertThrows(IllegalStateException.class, () -> batch().space(AREA_BYTES));
  }

  @Test
  void refusesSevenArguments() {
    assertThrows(IllegalStateException.class, () -> batch.call("seven", 1, 1, 2, 3, 4, 5, 6, 7));
    assertTrue(batch.isEmpty());
  }

  @Test
  void hasResultsOnlyOnceItRan() {
    Batch.Result pid = batch.call("getpid", 39);
    assertThrows(IllegalStateException.class, () -> batch.result(pid));
    image.putLong(LoopCode.ENTRY_RESULT, 4711);
    batch.completed(0);
    assertEquals(4711, batch.result(pid));
    assertFalse(batch.failed());
  }

  @Test
  void namesTheCallThatFailed() {
    batch.call("getpid", 39);
    batch.call("open", 2, 0x1234, 5, -1);
    batch.call("never made", 3);
    image.putLong(ENTRY + LoopCode.ENTRY_RESULT, -2);
    // The loop counts down: three entries, the second failed, so two were left.
    batch.completed(2);
    assertTrue(batch.failed());
    assertEquals("open", batch.failedCall());
    assertEquals(-2, batch.failedResult());
    assertEquals("0x1234, 0x5, 0xffffffffffffffff, 0x0, 0x0, 0x0", batch.failedArguments());
  }

  @Test
  void theLastAndTheFirstCanFail() {
    batch.call("first", 1);
    batch.call("last", 2);
    batch.completed(1);
    assertEquals("last", batch.failedCall());
    batch.completed(2);
    assertEquals("first", batch.failedCall());
  }
}
