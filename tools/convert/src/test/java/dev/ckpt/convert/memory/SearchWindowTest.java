package dev.ckpt.convert.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The search against one that looks at every byte. */
class SearchWindowTest {
  private static final int ROUNDS = 3000;
  private static final Area AREA = new Area(1, 0, Long.MAX_VALUE, Optional.empty());

  /** Where some bytes stand first from a place on, or -1. */
  private static int naive(byte[] in, byte[] wanted, int from) {
    for (int at = from; at + wanted.length <= in.length; at++) {
      if (Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }

  private static byte[] random(Random random, int len, int letters) {
    byte[] bytes = new byte[len];
    for (int i = 0; i < len; i++) {
      bytes[i] = (byte) (random.nextInt(letters) * 127);
    }
    return bytes;
  }

  @Test
  void findsWhatStandsThere() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int nrFound = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int letters = 1 + random.nextInt(4);
      byte[] in = random(random, random.nextInt(60), letters);
      byte[] wanted = random(random, 1 + random.nextInt(5), letters);
      ByteSearch search = new ByteSearch(wanted);
      for (int from = 0; from <= in.length; from++) {
        int found = search.find(in, from, in.length);
        assertEquals(naive(in, wanted, from), found, "seed " + seed + " round " + round);
        nrFound += found < 0 ? 0 : 1;
      }
      assertEquals(-1, search.find(in, 0, Math.min(in.length, wanted.length - 1)));
    }
    assertTrue(nrFound > ROUNDS, "seed " + seed + ": " + nrFound);
  }

  /** Pieces of memory, with gaps between some of them, through a window that is hardly larger. */
  @Test
  void findsWhatStandsOnBorders() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int nrFound = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String message = "seed " + seed + " round " + round;
      int letters = 1 + random.nextInt(3);
      byte[] wanted = random(random, 1 + random.nextInt(4), letters);
      int before = random.nextInt(4);
      int after = random.nextInt(4);
      List<SearchWindow.Match> found = new ArrayList<>();
      SearchWindow window =
          new SearchWindow(
              wanted,
              before,
              after,
              found::add,
              () -> true,
              wanted.length + before + after + random.nextInt(9));
      List<Long> expected = new ArrayList<>();
      long addr = 4096;
      window.begin(AREA);
      for (int part = 0; part < 3; part++) {
        byte[] in = random(random, random.nextInt(40), letters);
        for (int at = naive(in, wanted, 0); at >= 0; at = naive(in, wanted, at + wanted.length)) {
          expected.add(addr + at);
        }
        give(window, addr, in, random);
        addr += in.length + 1 + random.nextInt(3);
      }
      window.end();
      assertEquals(expected, found.stream().map(SearchWindow.Match::addr).toList(), message);
      for (SearchWindow.Match match : found) {
        int end = match.at() + wanted.length;
        assertArrayEquals(wanted, Arrays.copyOfRange(match.around(), match.at(), end), message);
        assertTrue(match.at() <= before, message);
        assertTrue(match.around().length - end <= after, message);
      }
      nrFound += found.size();
    }
    assertTrue(nrFound > ROUNDS, "seed " + seed + ": " + nrFound);
  }

  private static void give(SearchWindow window, long addr, byte[] in, Random random) {
    for (int at = 0; at < in.length; ) {
      int len = Math.min(in.length - at, 1 + random.nextInt(12));
      window.take(addr + at, ByteBuffer.wrap(in, at, len));
      at += len;
    }
  }

  @Test
  void showsWhatIsAround() {
    List<SearchWindow.Match> found = new ArrayList<>();
    SearchWindow window = new SearchWindow(new byte[] {5}, 3, 2, found::add, () -> true);
    window.begin(AREA);
    window.take(100, ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
    window.take(105, ByteBuffer.wrap(new byte[] {6, 7, 8, 5}));
    window.end();
    assertEquals(2, found.size());
    assertEquals(104, found.get(0).addr());
    assertEquals(3, found.get(0).at());
    assertArrayEquals(new byte[] {2, 3, 4, 5, 6, 7}, found.get(0).around());
    assertEquals(108, found.get(1).addr());
    assertArrayEquals(new byte[] {6, 7, 8, 5}, found.get(1).around());
  }

  @Test
  void refusesWhatItCannotHold() {
    assertThrows(IllegalArgumentException.class, () -> new ByteSearch(new byte[0]));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SearchWindow(new byte[1025], 0, 0, match -> {}, () -> true));
  }
}
