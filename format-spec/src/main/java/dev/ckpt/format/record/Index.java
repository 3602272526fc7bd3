package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the page arrays are, in the order of the stream, so that the page of an address is found
 * without reading the others. An index of more than 262144 entries goes on in the next object; an
 * image without pages has one object without entries.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field    unit, constraint
 *      0  4+n1  list  entries  at most 262144, 32 bytes each
 *
 * entry:
 *      0     8  u64         offset  of the header of the page array, from the first byte
 *      8     8  u64 objref  owner   as in the page array
 *     16     8  u64         addr    of its first run
 *     24     8  u64         end     first address behind its last run; above addr
 * </pre>
 */
public record Index(List<Entry> entries) implements ImageRecord {
  /** Bytes of one entry on disk. */
  public static final int ENTRY_BYTES = 32;

  /** Writes and reads the payload. */
  public static final RecordCodec<Index> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Index {
    entries = List.copyOf(entries);
    Invariant.range(entries.size(), 0, Limits.MAX_INDEX_ENTRIES, "number of entries");
  }

  @Override
  public ObjectType type() {
    return ObjectType.INDEX;
  }

  /** One page array. */
  public record Entry(long offset, int owner, long addr, long end) {
    /** Checks what the layout demands. */
    public Entry {
      Invariant.that(offset >= 0 && offset % 8 == 0, "offset must be a multiple of 8", offset);
      Invariant.positive(owner, "owner");
      if (addr < 0 || addr >= end) {
        throw new IllegalArgumentException("addr must be below end, found " + addr + " and " + end);
      }
      Invariant.that(end <= Limits.USER_SPACE_END, "end must be within 2^47", end);
    }

    // NB: written out, here and in a few other records that every command compares. What the
    // compiler does for a record is made at run time, which takes a cold JVM milliseconds each.
    @Override
    public boolean equals(Object other) {
      return other instanceof Entry that
          && offset == that.offset
          && owner == that.owner
          && addr == that.addr
          && end == that.end;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(offset);
    }
  }

  private static final class Codec implements RecordCodec<Index> {
    @Override
    public void write(Index value, RecordOutput out) {
      out.count(value.entries().size(), Limits.MAX_INDEX_ENTRIES);
      for (Entry e : value.entries()) {
        out.u64(e.offset()).u64(e.owner()).u64(e.addr()).u64(e.end());
      }
    }

    @Override
    public Index read(RecordInput in) throws CorruptImageException {
      int nr = in.count(Limits.MAX_INDEX_ENTRIES, ENTRY_BYTES);
      List<Entry> entries = new ArrayList<>(nr);
      for (int i = 0; i < nr; i++) {
        entries.add(new Entry(in.u64(), in.objref64(), in.u64(), in.u64()));
      }
      return new Index(entries);
    }
  }
}
