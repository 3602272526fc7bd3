package dev.ckpt.convert.memory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Finds strings in memory as it passes by, as strings(1) does: characters of ASCII and tabs, some
 * in a row. One that goes on and on comes in parts.
 */
public final class StringScan implements MemorySink {
  private static final int WINDOW_BYTES = 1 << 17;

  /** The longest that a string has to be. */
  public static final int MAX_LEAST = 1024;

  private static final boolean[] PRINTABLE = new boolean[1 << Byte.SIZE];

  static {
    PRINTABLE['\t'] = true;
    for (int c = ' '; c < 0x7f; c++) {
      PRINTABLE[c] = true;
    }
  }

  /**
   * A string.
   *
   * @param area it is in
   * @param addr of its first byte, or the offset
   * @param text printable ASCII and tabs
   */
  public record Found(Area area, long addr, String text) {}

  private final int least;
  private final Consumer<Found> strings;
  private final BooleanSupplier wanted;
  private final byte[] window;
  private Area area;
  private long base;
  private int len;

  /** Whether the window begins in the midst of a string, of which a part was told. */
  private boolean within;

  /**
   * Begins.
   *
   * @param least how long a string is at least, 1 to 1024
   * @param strings takes them, in ascending order of each area
   * @param wanted whether to go on
   */
  public StringScan(int least, Consumer<Found> strings, BooleanSupplier wanted) {
    this(least, strings, wanted, WINDOW_BYTES);
  }

  StringScan(int least, Consumer<Found> strings, BooleanSupplier wanted, int windowBytes) {
    if (least < 1 || least > MAX_LEAST || least > windowBytes) {
      throw new IllegalArgumentException("no strings of " + least);
    }
    this.least = least;
    this.strings = strings;
    this.wanted = wanted;
    window = new byte[windowBytes];
  }

  @Override
  public void begin(Area next) {
    area = next;
  }

  @Override
  public void take(long addr, ByteBuffer bytes) {
    if (base + len != addr) {
      end();
      base = addr;
    }
    while (bytes.hasRemaining()) {
      if (len == window.length) {
        forget(scan(false));
      }
      int nr = Math.min(bytes.remaining(), window.length - len);
      bytes.get(window, len, nr);
      len += nr;
    }
  }

  @Override
  public void end() {
    forget(scan(true));
    base = 0;
    len = 0;
    within = false;
  }

  @Override
  public boolean wantsMore() {
    return wanted.getAsBoolean();
  }

  /** Tells of the strings in the window; returns where what may go on behind it begins. */
  private int scan(boolean last) {
    int start = 0;
    if (within) {
      start = endOf(0);
      tell(0, start);
      within = start == len;
    }
    // NB: looks at the byte where a string would have its least length first: most are none there.
    for (int at = start + least - 1; at < len; at = start + least - 1) {
      int before = at;
      while (before >= start && PRINTABLE[window[before] & 0xff]) {
        before--;
      }
      if (before >= start) {
        start = before + 1;
        continue;
      }
      int end = endOf(at);
      boolean goesOn = end == len && !last;
      if (goesOn && start > 0) {
        return start;
      }
      tell(start, end);
      within = goesOn;
      start = end;
    }
    return start;
  }

  private int endOf(int from) {
    int end = from;
    while (end < len && PRINTABLE[window[end] & 0xff]) {
      end++;
    }
    return end;
  }

  private void tell(int from, int to) {
    if (from < to) {
      String text = new String(window, from, to - from, StandardCharsets.US_ASCII);
      strings.accept(new Found(area, base + from, text));
    }
  }

  private void forget(int gone) {
    System.arraycopy(window, gone, window, 0, len - gone);
    base += gone;
    len -= gone;
  }
}
