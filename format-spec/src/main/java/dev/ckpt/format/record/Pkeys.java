package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * The protection keys that the task has allocated (pkey_alloc(2)). What its threads may do by them
 * is in their registers, which mappings have one in VMA_PKEY.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field      unit, constraint
 *      0     4  u32   allocated  bits 1 to 15: bit n is key n; key 0 always is
 * </pre>
 */
public record Pkeys(int allocated) implements ImageRecord {
  /** How many keys there are on x86-64, key 0 included. */
  public static final int NR_PKEYS = 16;

  private static final int ALLOCATED = 0xfffe;

  /** Writes and reads the payload. */
  public static final RecordCodec<Pkeys> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Pkeys {
    Invariant.bits(allocated, ALLOCATED, "allocated");
  }

  /** Whether a key is allocated. */
  public boolean has(int pkey) {
    return (allocated >>> pkey & 1) != 0;
  }

  @Override
  public ObjectType type() {
    return ObjectType.PKEYS;
  }

  private static final class Codec implements RecordCodec<Pkeys> {
    @Override
    public void write(Pkeys value, RecordOutput out) {
      out.u32(value.allocated());
    }

    @Override
    public Pkeys read(RecordInput in) throws CorruptImageException {
      return new Pkeys(in.u32());
    }
  }
}
