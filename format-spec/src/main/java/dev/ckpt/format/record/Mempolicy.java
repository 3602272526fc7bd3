package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * From which NUMA nodes memory comes: what a thread touches (set_mempolicy(2)), or a mapping
 * (mbind(2)), where it is not as usual.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field  unit, constraint
 *      0     4  u32    tid    of the thread; 0: of a mapping
 *      4     8  u64    start  address where a VMA before it starts; 0 with a thread
 *     12     4  u32    mode   MPOL_ number and MPOL_F_ flags; not MPOL_DEFAULT 0
 *     16  4+n1  bytes  nodes  at most 128: bit n is node n
 * </pre>
 */
public record Mempolicy(int tid, long start, int mode, ByteString nodes) implements ImageRecord {
  /** Flag of {@code mode}: the nodes are counted among those that the thread may use. */
  public static final int MPOL_F_RELATIVE_NODES = 1 << 14;

  /** Writes and reads the payload. */
  public static final RecordCodec<Mempolicy> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Mempolicy {
    Invariant.notNegative(tid, "tid");
    Invariant.that(tid == 0 || start == 0, "start must be 0 with a thread", start);
    Invariant.that(mode != 0, "mode must not be MPOL_DEFAULT", mode);
    Invariant.atMost(nodes, Limits.MAX_NODE_MASK_BYTES, "nodes");
  }

  @Override
  public ObjectType type() {
    return ObjectType.MEMPOLICY;
  }

  private static final class Codec implements RecordCodec<Mempolicy> {
    @Override
    public void write(Mempolicy value, RecordOutput out) {
      out.u32(value.tid())
          .u64(value.start())
          .u32(value.mode())
          .bytes(value.nodes(), Limits.MAX_NODE_MASK_BYTES);
    }

    @Override
    public Mempolicy read(RecordInput in) throws CorruptImageException {
      return new Mempolicy(in.u32(), in.u64(), in.u32(), in.bytes(Limits.MAX_NODE_MASK_BYTES));
    }
  }
}
