package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * The end of the stream: whoever has read it has read everything. Its size is fixed, so that a
 * reader of a file finds it from the end.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field          unit, constraint
 *      0     8  u64   nrObjects      all objects before the tail, skipped ones too
 *      8     8  u64   nrPageArrays
 *     16     8  u64   nrDataPages    pages that have bytes in the stream
 *     24     8  u64   indexOffset    of the header of the first INDEX, from the first byte
 *     32     4  u32   headersCrc32c  over the first 20 bytes of all headers before the tail's
 *     36     4  u32   reserved       0
 * </pre>
 */
public record Tail(
    long nrObjects, long nrPageArrays, long nrDataPages, long indexOffset, int headersCrc32c)
    implements ImageRecord {
  /** Bytes of the payload. */
  public static final int PAYLOAD_BYTES = 40;

  /** Writes and reads the payload. */
  public static final RecordCodec<Tail> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Tail {
    Invariant.that(nrObjects >= 0, "nrObjects must be below 2^63", nrObjects);
    Invariant.that(nrPageArrays >= 0, "nrPageArrays must be below 2^63", nrPageArrays);
    Invariant.that(nrDataPages >= 0, "nrDataPages must be below 2^63", nrDataPages);
    Invariant.that(
        indexOffset >= 0 && indexOffset % 8 == 0,
        "indexOffset must be a multiple of 8",
        indexOffset);
  }

  @Override
  public ObjectType type() {
    return ObjectType.TAIL;
  }

  private static final class Codec implements RecordCodec<Tail> {
    @Override
    public void write(Tail value, RecordOutput out) {
      out.u64(value.nrObjects())
          .u64(value.nrPageArrays())
          .u64(value.nrDataPages())
          .u64(value.indexOffset())
          .u32(value.headersCrc32c())
          .u32(0);
    }

    @Override
    public Tail read(RecordInput in) throws CorruptImageException {
      Tail tail = new Tail(in.u64(), in.u64(), in.u64(), in.u64(), in.u32());
      in.reserved32();
      return tail;
    }
  }
}
