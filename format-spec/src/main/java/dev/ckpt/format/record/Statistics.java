package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the dump cost, as named numbers: times in nanoseconds, counts, bytes. A reader may skip it.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field    unit, constraint
 *      0  4+n1  list  entries  at most 256: (bytes name, u64 value); names do not repeat
 * </pre>
 */
public record Statistics(List<Entry> entries) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<Statistics> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Statistics {
    entries = List.copyOf(entries);
    Invariant.range(entries.size(), 0, Limits.MAX_STATISTICS, "number of entries");
    Set<ByteString> names = new HashSet<>();
    for (Entry entry : entries) {
      Invariant.that(names.add(entry.name()), "names must not repeat", entry.name());
    }
  }

  @Override
  public ObjectType type() {
    return ObjectType.STATISTICS;
  }

  /** One named number; the name ends in its unit, as in {@code frozenNanos}. */
  public record Entry(ByteString name, long value) {
    /** Checks the length of the name. */
    public Entry {
      Invariant.atMost(name, Limits.MAX_NAME_BYTES, "name");
    }
  }

  private static final class Codec implements RecordCodec<Statistics> {
    @Override
    public void write(Statistics value, RecordOutput out) {
      out.count(value.entries().size(), Limits.MAX_STATISTICS);
      for (Entry e : value.entries()) {
        out.bytes(e.name(), Limits.MAX_NAME_BYTES).u64(e.value());
      }
    }

    @Override
    public Statistics read(RecordInput in) throws CorruptImageException {
      return new Statistics(readEntries(in));
    }

    private List<Entry> readEntries(RecordInput in) throws CorruptImageException {
      int nr = in.count(Limits.MAX_STATISTICS, 12);
      List<Entry> entries = new ArrayList<>(nr);
      for (int i = 0; i < nr; i++) {
        entries.add(new Entry(in.bytes(Limits.MAX_NAME_BYTES), in.u64()));
      }
      return entries;
    }
  }
}
