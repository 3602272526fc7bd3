package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * How long a thread would have gone on waiting in the call that the checkpoint interrupted (the
 * kernel's {@code struct restart_block}). The call and its arguments are in the thread's registers;
 * only calls with a relative time-out have one.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field      unit, constraint
 *      0     4  u32   tid        above 0
 *      4     8  u64   leftNanos  1 to 2^63-1
 * </pre>
 */
public record RestartBlock(int tid, long leftNanos) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<RestartBlock> CODEC = new Codec();

  /** Checks what the layout demands. */
  public RestartBlock {
    Invariant.positive(tid, "tid");
    Invariant.that(leftNanos > 0, "leftNanos must be 1 to 2^63-1", leftNanos);
  }

  @Override
  public ObjectType type() {
    return ObjectType.RESTART_BLOCK;
  }

  private static final class Codec implements RecordCodec<RestartBlock> {
    @Override
    public void write(RestartBlock value, RecordOutput out) {
      out.u32(value.tid()).u64(value.leftNanos());
    }

    @Override
    public RestartBlock read(RecordInput in) throws CorruptImageException {
      return new RestartBlock(in.u32(), in.u64());
    }
  }
}
