package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * The protection key of a mapping (pkey_mprotect(2)), where it is not key 0. A key of memory that
 * may be executed and nothing else, and that PKEYS does not have, is the kernel's own for such
 * memory.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field  unit, constraint
 *      0     8  u64   start  address where a VMA before it starts
 *      8     4  u32   pkey   1 to 15
 * </pre>
 */
public record VmaPkey(long start, int pkey) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<VmaPkey> CODEC = new Codec();

  /** Checks what the layout demands. */
  public VmaPkey {
    Invariant.range(pkey, 1, Pkeys.NR_PKEYS - 1, "pkey");
  }

  @Override
  public ObjectType type() {
    return ObjectType.VMA_PKEY;
  }

  private static final class Codec implements RecordCodec<VmaPkey> {
    @Override
    public void write(VmaPkey value, RecordOutput out) {
      out.u64(value.start()).u32(value.pkey());
    }

    @Override
    public VmaPkey read(RecordInput in) throws CorruptImageException {
      return new VmaPkey(in.u64(), in.u32());
    }
  }
}
