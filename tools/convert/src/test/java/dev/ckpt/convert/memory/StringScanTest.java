package dev.ckpt.convert.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Strings against those that a regular expression finds. */
class StringScanTest {
  private static final int ROUNDS = 3000;
  private static final Area AREA = new Area(1, 0, Long.MAX_VALUE, Optional.empty());
  private static final byte[] LETTERS = {'a', '~', ' ', '\t', 0, '\n', 0x7f, (byte) 0xe4};

  private final List<StringScan.Found> found = new ArrayList<>();

  private StringScan scan(int least, int windowBytes) {
    StringScan scan = new StringScan(least, found::add, () -> true, windowBytes);
    scan.begin(AREA);
    return scan;
  }

  private Map<Long, String> byAddr() {
    Map<Long, String> strings = new TreeMap<>();
    found.forEach(each -> strings.put(each.addr(), each.text()));
    assertEquals(found.size(), strings.size(), "none comes twice");
    return strings;
  }

  @Test
  void findsStringsWhereverMemoryIsCut() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int nrFound = 0;
    for (int round = 0; round < ROUNDS; round++) {
      found.clear();
      int least = 1 + random.nextInt(5);
      // NB: the longest string is less than a window, else it would come in parts.
      StringScan scan = scan(least, 41 + random.nextInt(20));
      Pattern strings = Pattern.compile("[\t -~]{" + least + ",}");
      Map<Long, String> expected = new TreeMap<>();
      long addr = 4096;
      int printable = 1 + random.nextInt(LETTERS.length - 1);
      for (int part = 0; part < 3; part++) {
        byte[] in = new byte[random.nextInt(40)];
        for (int i = 0; i < in.length; i++) {
          boolean any = random.nextInt(4) == 0;
          in[i] = LETTERS[any ? random.nextInt(LETTERS.length) : random.nextInt(printable)];
        }
        Matcher matcher = strings.matcher(new String(in, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
          expected.put(addr + matcher.start(), matcher.group());
        }
        for (int at = 0; at < in.length; ) {
          int len = Math.min(in.length - at, 1 + random.nextInt(12));
          scan.take(addr + at, ByteBuffer.wrap(in, at, len));
          at += len;
        }
        addr += in.length + 1 + random.nextInt(3);
      }
      scan.end();
      assertEquals(expected, byAddr(), "seed " + seed + " round " + round);
      nrFound += found.size();
    }
    assertTrue(nrFound > ROUNDS, "seed " + seed + ": " + nrFound);
  }

  @Test
  void oneThatGoesOnComesInParts() {
    StringScan scan = scan(4, 10);
    byte[] text =
        "xy\0abcdefghijklmnopqrstuvwxyz0123\0ab\0cdef".getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at < text.length; at++) {
      scan.take(100 + at, ByteBuffer.wrap(text, at, 1));
    }
    scan.end();
    StringBuilder joined = new StringBuilder();
    long next = 103;
    for (StringScan.Found part : found.subList(0, found.size() - 1)) {
      assertEquals(next, part.addr());
      joined.append(part.text());
      next += part.text().length();
    }
    assertEquals("abcdefghijklmnopqrstuvwxyz0123", joined.toString());
    assertEquals("cdef", found.get(found.size() - 1).text());
    assertEquals(100 + text.length - 4, found.get(found.size() - 1).addr());
  }

  @Test
  void endsOneWhereMemoryEnds() {
    StringScan scan = scan(4, 64);
    scan.take(0, ByteBuffer.wrap("abcd".getBytes(StandardCharsets.US_ASCII)));
    scan.end();
    scan.begin(AREA);
    scan.take(4, ByteBuffer.wrap("efgh".getBytes(StandardCharsets.US_ASCII)));
    scan.end();
    assertEquals(Map.of(0L, "abcd", 4L, "efgh"), byAddr());
  }

  @Test
  void refusesLengthsThatMakeNoSense() {
    assertThrows(IllegalArgumentException.class, () -> new StringScan(0, found::add, () -> true));
    assertThrows(
        IllegalArgumentException.class, () -> new StringScan(1025, found::add, () -> true));
  }
}
