package dev.ckpt.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UnitsTest {
  @Test
  void showsSizesInBinaryUnits() {
    assertEquals("0 B", Units.bytes(0));
    assertEquals("1023 B", Units.bytes(1023));
    assertEquals("1.0 KiB", Units.bytes(1024));
    assertEquals("1.5 KiB", Units.bytes(1536));
    assertEquals("1.0 MiB", Units.bytes((1 << 20) - 1));
    assertEquals("2.4 GiB", Units.bytes(2_529_070_984L));
    assertEquals("8.0 EiB", Units.bytes(Long.MAX_VALUE));
  }

  @Test
  void showsTimesWithAsManyDigitsAsMatter() {
    assertEquals("0.00 ms", Units.time(0));
    assertEquals("3.22 ms", Units.time(3_217_999));
    assertEquals("41.4 ms", Units.time(41_360_000));
    assertEquals("999.9 ms", Units.time(999_940_000));
    assertEquals("12.40 s", Units.time(12_400_000_000L));
    assertEquals("0.04 s", Units.seconds(41_360_000));
  }

  @Test
  void knowsOneFromMany() {
    assertEquals("1 thread", Units.count(1, "thread"));
    assertEquals("0 threads", Units.count(0, "thread"));
    assertEquals("1 page (4.0 KiB)", Units.pages(1));
    assertEquals("256 pages (1.0 MiB)", Units.pages(256));
  }

  @Test
  void makesWhatSteersTerminalsVisible() {
    assertEquals("a\\u{1b}[31mb\\u{a}", Units.printable("a\u001b[31mb\n"));
    assertEquals("\\u{9b}\\u{202e}\\u{2028}", Units.printable("\u009b\u202e\u2028"));
    assertEquals("\u00e4 \ud83d\ude00", Units.printable("\u00e4 \ud83d\ude00"));
  }
}
