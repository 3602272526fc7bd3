package dev.ckpt.format;

import dev.ckpt.format.record.Index;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** The index of page arrays in memory: 32 bytes for each, as on disk. */
final class PageIndex {
  private static final int WORDS = 4;
  private static final int OFFSET = 0;
  private static final int OWNER = 1;
  private static final int ADDR = 2;
  private static final int END = 3;

  /** Small at first: a file has an index for each owner, and may have as many as arrays. */
  private long[] words = new long[WORDS];

  private int size;

  void add(Index.Entry entry) {
    if ((size + 1) * WORDS > words.length) {
      words = Arrays.copyOf(words, 2 * words.length);
    }
    int at = size * WORDS;
    words[at + OFFSET] = entry.offset();
    words[at + OWNER] = entry.owner();
    words[at + ADDR] = entry.addr();
    words[at + END] = entry.end();
    size++;
  }

  int size() {
    return size;
  }

  Index.Entry get(int i) {
    int at = i * WORDS;
    return new Index.Entry(
        words[at + OFFSET], (int) words[at + OWNER], words[at + ADDR], words[at + END]);
  }

  /** The entries of the INDEX object that starts with this one. */
  List<Index.Entry> slice(int from) {
    int to = Math.min(size, from + Limits.MAX_INDEX_ENTRIES);
    List<Index.Entry> entries = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      entries.add(get(i));
    }
    return entries;
  }

  /** The end of the last entry, or 0 if there is none. */
  long end() {
    return size == 0 ? 0 : words[(size - 1) * WORDS + END];
  }

  /** The first address above this one where an entry begins, where all entries ascend. */
  long nextAddr(long addr) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (words[middle * WORDS + ADDR] > addr) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == size ? Long.MAX_VALUE : words[low * WORDS + ADDR];
  }

  /** The entry whose range holds this address, where all entries ascend. */
  OptionalInt find(long addr) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (addr < words[middle * WORDS + ADDR]) {
        high = middle - 1;
      } else if (addr >= words[middle * WORDS + END]) {
        low = middle + 1;
      } else {
        return OptionalInt.of(middle);
      }
    }
    return OptionalInt.empty();
  }
}
