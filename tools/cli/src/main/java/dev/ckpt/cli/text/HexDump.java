package dev.ckpt.cli.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes as hexdump(1) shows them with {@code -C}: lines of sixteen, of which those that are as the
 * one before are a star. Fits into 80 columns with addresses of twelve digits.
 */
public final class HexDump {
  private static final int ROW_BYTES = 16;
  private static final int ADDRESS_DIGITS = 12;
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private HexDump() {}

  /**
   * The lines of some bytes, and one with the address behind them.
   *
   * @param bytes of whole lines
   * @param addr of the first one
   * @param marked an address whose line is set off, as far as the layout does that, and never
   *     becomes a star
   * @param all whether lines are shown that are as the one before
   */
  public static List<String> lines(
      byte[] bytes, long addr, long marked, Layout layout, boolean all) {
    List<String> lines = new ArrayList<>();
    boolean starred = false;
    for (int at = 0; at < bytes.length; at += ROW_BYTES) {
      boolean isMarked = marked - addr >= at && marked - addr < at + ROW_BYTES;
      if (!all && !isMarked && at > 0 && isRepeated(bytes, at)) {
        if (!starred) {
          lines.add("*");
        }
        starred = true;
        continue;
      }
      starred = false;
      String line = line(bytes, at, addr + at);
      lines.add(isMarked && marked != addr ? layout.heading(line) : line);
    }
    lines.add(address(addr + bytes.length));
    return lines;
  }

  private static boolean isRepeated(byte[] bytes, int at) {
    return Arrays.equals(bytes, at, at + ROW_BYTES, bytes, at - ROW_BYTES, at);
  }

  private static String line(byte[] bytes, int from, long addr) {
    StringBuilder line = new StringBuilder(address(addr)).append(' ');
    for (int i = 0; i < ROW_BYTES; i++) {
      line.append(i == ROW_BYTES / 2 ? " " : "").append(hex(bytes, from + i, from + i + 1));
      line.append(' ');
    }
    return line.append('|').append(text(bytes, from, from + ROW_BYTES)).append('|').toString();
  }

  /** An address as it stands before a line: of twelve digits, or more if it takes more. */
  public static String address(long addr) {
    String digits = Long.toHexString(addr);
    return "0".repeat(Math.max(0, ADDRESS_DIGITS - digits.length())) + digits;
  }

  /** Bytes as hex digits. */
  public static String hex(byte[] bytes, int from, int to) {
    StringBuilder digits = new StringBuilder(2 * (to - from));
    for (int i = from; i < to; i++) {
      digits.append(HEX[bytes[i] >> 4 & 0xf]).append(HEX[bytes[i] & 0xf]);
    }
    return digits.toString();
  }

  /** The same with spaces between them. */
  public static String spacedHex(byte[] bytes, int from, int to) {
    StringBuilder digits = new StringBuilder();
    for (int i = from; i < to; i++) {
      digits.append(i == from ? "" : " ").append(hex(bytes, i, i + 1));
    }
    return digits.toString();
  }

  /** Bytes as ASCII, with a dot for each that cannot be printed. */
  public static String text(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      text.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
    }
    return text.toString();
  }
}
