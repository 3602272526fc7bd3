package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code /proc/PID/auxv}: what the kernel told the program about itself at exec, or what
 * PR_SET_MM_AUXV put there since.
 *
 * <p>Layout: pairs of u64, little-endian, the last one AT_NULL. A kernel thread has none.
 *
 * @param raw the file as it is, with AT_NULL
 * @param entries the pairs before AT_NULL
 */
public record Auxv(ByteString raw, List<Entry> entries) {

  /** One pair; the types are AT_ constants of linux/auxvec.h. */
  public record Entry(long type, long value) {}

  private static final int PAIR_BYTES = 16;

  /** Takes a copy of the list. */
  public Auxv {
    entries = List.copyOf(entries);
  }

  /** The value of the first pair of this type. */
  public OptionalLong get(long type) {
    return entries.stream().filter(e -> e.type() == type).mapToLong(Entry::value).findFirst();
  }

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if it is cut, or AT_NULL is not at its end and only there
   */
  public static Auxv parse(byte[] bytes) throws ProcFormatException {
    if (bytes.length % PAIR_BYTES != 0) {
      throw new ProcFormatException("auxv", 1, bytes.length + " bytes are not whole pairs");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<Entry> entries = new ArrayList<>();
    while (in.hasRemaining()) {
      Entry entry = new Entry(in.getLong(), in.getLong());
      boolean last = !in.hasRemaining();
      if ((entry.type == 0) != last) {
        throw new ProcFormatException(
            "auxv", 1, "AT_NULL is not the last of " + bytes.length / PAIR_BYTES + " pairs");
      }
      if (!last) {
        entries.add(entry);
      }
    }
    return new Auxv(ByteString.of(bytes), entries);
  }
}
