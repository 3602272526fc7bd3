package dev.ckpt.convert.memory;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Searches memory as it passes by: a window moves over it, wide enough that what stands on the
 * border of two pages or arrays is found too, with some bytes around it. Matches do not overlap.
 */
public final class SearchWindow implements MemorySink {
  /** As much as the first caches of a CPU hold. */
  private static final int WINDOW_BYTES = 1 << 17;

  /** The longest thing to search for. */
  public static final int MAX_BYTES = 1024;

  /**
   * One place where it stands.
   *
   * @param area it is in
   * @param addr of its first byte, or the offset
   * @param around it and what is near it
   * @param at where it begins in that
   */
  public record Match(Area area, long addr, byte[] around, int at) {}

  private final ByteSearch search;
  private final int before;
  private final int after;
  private final Consumer<Match> matches;
  private final BooleanSupplier wanted;
  private final byte[] window;
  private Area area;
  private long base;
  private int len;
  private int from;

  /**
   * Begins a search.
   *
   * @param bytes what to search for, 1 to 1024
   * @param before how many bytes before a match are wanted at most
   * @param after how many behind it
   * @param matches takes them, in ascending order of each area
   * @param wanted whether to go on
   */
  public SearchWindow(
      byte[] bytes, int before, int after, Consumer<Match> matches, BooleanSupplier wanted) {
    this(bytes, before, after, matches, wanted, WINDOW_BYTES);
  }

  SearchWindow(
      byte[] bytes,
      int before,
      int after,
      Consumer<Match> matches,
      BooleanSupplier wanted,
      int windowBytes) {
    if (bytes.length > MAX_BYTES || bytes.length + before + after > windowBytes) {
      throw new IllegalArgumentException(bytes.length + " bytes are too many to search for");
    }
    search = new ByteSearch(bytes);
    this.before = before;
    this.after = after;
    this.matches = matches;
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
        scan(len - after);
        forget();
      }
      int nr = Math.min(bytes.remaining(), window.length - len);
      bytes.get(window, len, nr);
      len += nr;
    }
  }

  @Override
  public void end() {
    scan(len);
    base = 0;
    len = 0;
    from = 0;
  }

  @Override
  public boolean wantsMore() {
    return wanted.getAsBoolean();
  }

  private void scan(int to) {
    for (int at = search.find(window, from, to); at >= 0; at = search.find(window, from, to)) {
      int first = Math.max(0, at - before);
      int last = Math.min(len, at + search.length() + after);
      byte[] around = Arrays.copyOfRange(window, first, last);
      matches.accept(new Match(area, base + at, around, at - first));
      from = at + search.length();
    }
    from = Math.max(from, to - search.length() + 1);
  }

  /** Forgets what no match can reach any more. */
  private void forget() {
    int gone = Math.max(0, Math.min(from - before, len));
    System.arraycopy(window, gone, window, 0, len - gone);
    base += gone;
    len -= gone;
    from -= gone;
  }
}
