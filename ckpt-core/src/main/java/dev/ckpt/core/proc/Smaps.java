package dev.ckpt.core.proc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * {@code /proc/PID/smaps}: every vma of a task with its flags and what is present of it.
 *
 * <p>NB: to write it the kernel walks all page tables of the task: tens of milliseconds for a large
 * one. {@link Maps} is cheap; ask for this once.
 */
public record Smaps(List<SmapsEntry> entries) {

  private static final String FILE = "smaps";

  /** The most bytes that one vma's block has on the kernels we know, to size the list. */
  private static final int TYPICAL_BLOCK_BYTES = 700;

  private static final int MAX_MORE = 64;

  /** What becomes a component of {@link SmapsEntry}, in its order. */
  private static final String[] REQUIRED = {
    "Size",
    "KernelPageSize",
    "MMUPageSize",
    "Rss",
    "Pss",
    "Shared_Clean",
    "Shared_Dirty",
    "Private_Clean",
    "Private_Dirty",
    "Referenced",
    "Anonymous",
    "AnonHugePages",
    "Shared_Hugetlb",
    "Private_Hugetlb",
    "Swap",
    "Locked",
  };

  private static final int PROTECTION_KEY = REQUIRED.length;

  /** Known, checked, and of no use to a checkpoint. */
  private static final String[] UNUSED = {
    "Pss_Dirty",
    "Pss_Anon",
    "Pss_File",
    "Pss_Shmem",
    "KSM",
    "LazyFree",
    "ShmemPmdMapped",
    "FilePmdMapped",
    "SwapPss",
    "THPeligible",
  };

  private static final String[] KEYS = keys();

  /** Takes a copy of the list. */
  public Smaps {
    entries = List.copyOf(entries);
  }

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if a line is neither a vma nor a size nor flags, or a vma lacks one
   *     that every kernel writes
   */
  public static Smaps parse(byte[] text) throws ProcFormatException {
    return new Parser(text).parse();
  }

  private static String[] keys() {
    List<String> keys = new ArrayList<>(List.of(REQUIRED));
    keys.add("ProtectionKey");
    keys.addAll(List.of(UNUSED));
    return keys.stream().map(key -> key + ":").toArray(String[]::new);
  }

  /** Holds what lasts from one vma to the next, so that a vma costs little more than its record. */
  private static final class Parser {
    private final byte[] text;
    private final TextCursor in;
    private final MapsNames names = new MapsNames();
    private final Map<String, Set<String>> flagSets = new HashMap<>();
    private final long[] values = new long[KEYS.length];
    private final boolean[] seen = new boolean[KEYS.length];
    private Map<String, Long> more = Map.of();

    /** Where the key that follows the last one stands: they come in the same order each time. */
    private final int[] successor = new int[KEYS.length];

    private int lastKey;

    Parser(byte[] text) {
      this.text = text;
      this.in = new TextCursor(FILE, text);
      Arrays.setAll(successor, i -> (i + 1) % KEYS.length);
    }

    Smaps parse() throws ProcFormatException {
      List<SmapsEntry> entries = new ArrayList<>(text.length / TYPICAL_BLOCK_BYTES);
      long floor = 0;
      while (!in.atEnd()) {
        MapsEntry vma = Maps.readEntry(in, text, names, floor);
        floor = vma.end();
        entries.add(readBlock(vma));
      }
      return new Smaps(entries);
    }

    private SmapsEntry readBlock(MapsEntry vma) throws ProcFormatException {
      Arrays.fill(seen, false);
      more = Map.of();
      while (!in.accept("VmFlags:")) {
        readSize();
      }
      Set<String> vmFlags = readFlags();
      for (int i = 0; i < REQUIRED.length; i++) {
        if (!seen[i]) {
          throw in.bad("vma " + vma.range() + " has no line '" + KEYS[i] + "'");
        }
      }
      int next = 0;
      return new SmapsEntry(
          vma,
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          values[next++],
          readProtectionKey(),
          vmFlags,
          more);
    }

    private OptionalInt readProtectionKey() throws ProcFormatException {
      if (!seen[PROTECTION_KEY]) {
        return OptionalInt.empty();
      }
      long key = values[PROTECTION_KEY];
      if (key != (int) key) {
        throw in.bad("a ProtectionKey beyond 32 bits before here");
      }
      return OptionalInt.of((int) key);
    }

    private void readSize() throws ProcFormatException {
      int key = knownKey();
      String unknown = key < 0 ? unknownKey() : null;
      in.skipSpaces();
      long value = in.decimal();
      // THPeligible and ProtectionKey are plain numbers.
      if (!in.accept('\n')) {
        in.expect(" kB\n");
      }
      if (key < 0) {
        keep(unknown, value);
        return;
      }
      if (seen[key]) {
        throw in.bad("'" + KEYS[key] + "' twice for one vma, before here");
      }
      seen[key] = true;
      values[key] = value;
    }

    private int knownKey() {
      int guess = successor[lastKey];
      if (in.accept(KEYS[guess])) {
        lastKey = guess;
        return guess;
      }
      for (int i = 0; i < KEYS.length; i++) {
        if (in.accept(KEYS[i])) {
          successor[lastKey] = i;
          lastKey = i;
          return i;
        }
      }
      return -1;
    }

    private String unknownKey() throws ProcFormatException {
      int start = in.pos();
      String word = in.word();
      if (word.length() < 2 || word.indexOf(':') != word.length() - 1 || !isUpper(word.charAt(0))) {
        in.seek(start);
        throw in.bad("want the name of a size, or VmFlags");
      }
      return word.substring(0, word.length() - 1);
    }

    private void keep(String key, long value) throws ProcFormatException {
      if (more.isEmpty()) {
        more = new LinkedHashMap<>();
      }
      if (more.put(key, value) != null || more.size() > MAX_MORE) {
        throw in.bad("'" + key + "' twice, or too many unknown sizes, before here");
      }
    }

    private Set<String> readFlags() throws ProcFormatException {
      int start = in.pos();
      int end = in.lineEnd();
      String line = in.latin1(start, end);
      Set<String> known = flagSets.get(line);
      if (known == null) {
        known = splitFlags();
        flagSets.put(line, known);
      }
      in.seek(end);
      in.expect('\n');
      return known;
    }

    private Set<String> splitFlags() throws ProcFormatException {
      Set<String> flags = new LinkedHashSet<>();
      in.skipSpaces();
      while (in.peek() != '\n' && !in.atEnd()) {
        int start = in.pos();
        String flag = in.word();
        if (flag.length() != 2) {
          in.seek(start);
          throw in.bad("want a flag of two letters");
        }
        flags.add(flag);
        in.skipSpaces();
      }
      return Collections.unmodifiableSet(flags);
    }

    private static boolean isUpper(char c) {
      return c >= 'A' && c <= 'Z';
    }
  }
}
