package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LayoutTest {
  private static final long PAGE = 4096;
  private static final long MIB = 1 << 20;

  /** What is told of stacks and of the kernel's guard gap: nothing of ours so near. */
  private static final long MARGIN = 16 * MIB;

  private static Vma vma(long start, long end) {
    return HandMade.anonymous(start, end);
  }

  private static void assertApart(RemoteMap ours, List<Vma> theirs, String what) {
    for (Vma vma : theirs) {
      boolean below = ours.end() + MARGIN <= vma.start();
      boolean above = vma.end() + MARGIN <= ours.address();
      assertTrue(below || above, what + ": " + ours + " beside " + vma);
    }
    assertTrue(ours.address() > 0 && ours.end() <= Layout.TASK_SIZE, what + ": " + ours);
    assertEquals(0, ours.address() % PAGE, what);
    assertEquals(0, ours.lenBytes() % PAGE, what);
  }

  @Test
  void roundsUpToPages() throws UnsupportedStateException {
    Layout layout = new Layout(List.of());
    assertEquals(PAGE, layout.take(1).lenBytes());
    assertEquals(PAGE, layout.take(PAGE).lenBytes());
    assertEquals(2 * PAGE, layout.take(PAGE + 1).lenBytes());
  }

  @Test
  void alignsToLargerPages() throws UnsupportedStateException {
    Layout layout = new Layout(List.of(vma(0x10000100000L, 0x10000101000L)));
    for (long pageBytes : new long[] {2 * MIB, 1024 * MIB, 2 * MIB}) {
      RemoteMap map = layout.take(pageBytes + 1, pageBytes);
      assertEquals(0, map.address() % pageBytes);
      assertEquals(2 * pageBytes, map.lenBytes());
      assertApart(map, List.of(vma(0x10000100000L, 0x10000101000L)), "aligned");
    }
  }

  @Test
  void staysAwayFromTheStubAndItsOwn() throws UnsupportedStateException {
    Layout layout = new Layout(List.of());
    List<Vma> own = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      RemoteMap map = layout.take(100 * MIB);
      assertTrue(map.address() >= 0x10000000000L, "above programs");
      assertApart(map, own, "own");
      own.add(vma(map.address(), map.end()));
    }
  }

  @Test
  void findsRoomAroundRandomMappings() throws UnsupportedStateException {
    long seed = System.nanoTime();
    System.out.println("LayoutTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      List<Vma> vmas = new ArrayList<>();
      long at = 0x10000;
      while (at < Layout.TASK_SIZE - (1L << 43)) {
        at += (random.nextLong(1L << 42) & -PAGE) >>> (random.nextBoolean() ? 18 : 0) & -PAGE;
        long end = at + PAGE + (random.nextLong(1L << 42) & -PAGE);
        vmas.add(vma(at, end));
        at = end;
      }
      java.util.Collections.shuffle(vmas, random);
      // The vsyscall page, above everything.
      vmas.add(
          new Vma(
              -10L << 20,
              (-10L << 20) + PAGE,
              4,
              2,
              0,
              0,
              0,
              ByteString.of("[vsyscall]"),
              VmaKind.VSYSCALL));
      Layout layout = new Layout(vmas);
      List<Vma> user = new ArrayList<>(vmas.subList(0, vmas.size() - 1));
      for (int i = 0; i < 3; i++) {
        RemoteMap map = layout.take(1 + random.nextLong(1L << 30));
        assertApart(map, user, "seed " + seed);
        user.add(vma(map.address(), map.end()));
      }
    }
  }

  @Test
  void refusesWhenNothingIsLeft() {
    Vma all = vma(0x10000, Layout.TASK_SIZE);
    UnsupportedStateException e =
        assertThrows(UnsupportedStateException.class, () -> new Layout(List.of(all)).take(PAGE));
    assertEquals("ADDRESS_SPACE_FULL", e.code().name());
    assertFalse(e.getMessage().isBlank());
    for (long lenBytes : new long[] {Layout.TASK_SIZE, 1L << 47, Long.MAX_VALUE}) {
      assertThrows(UnsupportedStateException.class, () -> new Layout(List.of()).take(lenBytes));
    }
  }

  @Test
  void takesTheLastGap() throws UnsupportedStateException {
    long gap = 0x700000000000L;
    List<Vma> vmas = List.of(vma(0x10000, gap), vma(gap + 2 * MARGIN + PAGE, Layout.TASK_SIZE));
    assertEquals(new RemoteMap(gap + MARGIN, PAGE), new Layout(vmas).take(PAGE));
    assertThrows(UnsupportedStateException.class, () -> new Layout(vmas).take(PAGE + 1));
  }
}
