package dev.ckpt.core.proc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code /proc/PID/maps}: every vma of a task, by address.
 *
 * <p>Target state: of a running target the kernel gives no single moment. NB: proc.rst promises
 * that addresses never go backwards, but a target that splits and merges vmas while they are read
 * shows the same address twice now and then (Linux 6.18). Such text is refused; {@link
 * ProcFs#maps()} reads again. A kernel thread has no vma.
 */
public record Maps(List<MapsEntry> entries) {

  private static final String FILE = "maps";

  /** A line without a name: the kernel does not write fewer bytes for a vma. */
  private static final int MIN_LINE_BYTES = 40;

  /** Takes a copy of the list. */
  public Maps {
    entries = List.copyOf(entries);
  }

  /** The vma that holds the address. */
  public Optional<MapsEntry> find(long address) {
    int low = 0;
    int high = entries.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      MapsEntry entry = entries.get(middle);
      if (entry.contains(address)) {
        return Optional.of(entry);
      }
      if (Long.compareUnsigned(address, entry.start()) < 0) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return Optional.empty();
  }

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if a line is no vma, or overlaps the one before
   */
  public static Maps parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor(FILE, text);
    MapsNames names = new MapsNames();
    List<MapsEntry> entries = new ArrayList<>(text.length / MIN_LINE_BYTES / 2);
    long floor = 0;
    while (!in.atEnd()) {
      MapsEntry entry = readEntry(in, text, names, floor);
      floor = entry.end();
      entries.add(entry);
    }
    return new Maps(entries);
  }

  /** Reads one line, which must start no lower than the floor. Source: show_map_vma. */
  static MapsEntry readEntry(TextCursor in, byte[] text, MapsNames names, long floor)
      throws ProcFormatException {
    int lineStart = in.pos();
    final long start = in.hex();
    in.expect('-');
    final long end = in.hex();
    in.expect(' ');
    if (Long.compareUnsigned(start, end) >= 0 || Long.compareUnsigned(start, floor) < 0) {
      in.seek(lineStart);
      throw in.bad("want a vma that is not empty and lies behind the one before");
    }
    final int prot =
        (letter(in, 'r') ? MapsEntry.PROT_READ : 0)
            | (letter(in, 'w') ? MapsEntry.PROT_WRITE : 0)
            | (letter(in, 'x') ? MapsEntry.PROT_EXEC : 0);
    final boolean shared = in.accept('s');
    if (!shared) {
      in.expect('p');
    }
    in.expect(' ');
    final long offset = in.hex();
    in.expect(' ');
    final int devMajor = in.hexInt();
    in.expect(':');
    final int devMinor = in.hexInt();
    in.expect(' ');
    final long inode = in.decimal();
    readName(in, text, names);
    return new MapsEntry(
        start, end, prot, shared, offset, devMajor, devMinor, inode, names.name(), names.rawName());
  }

  private static boolean letter(TextCursor in, char letter) throws ProcFormatException {
    if (in.accept('-')) {
      return false;
    }
    in.expect(letter);
    return true;
  }

  /** The line is padded with blanks up to the name; no name of the kernel's starts with one. */
  private static void readName(TextCursor in, byte[] text, MapsNames names)
      throws ProcFormatException {
    if (in.peek() != '\n') {
      in.expect(' ');
      in.skipSpaces();
    }
    int end = in.lineEnd();
    if (end == text.length) {
      throw in.bad("the line is cut off");
    }
    names.read(text, in.pos(), end);
    in.seek(end + 1);
  }
}
