package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * Says that the pages of this image were read while the task ran: they are of many moments, some of
 * them of two, and some are missing. No task can be made of it. An image that builds on it says of
 * none of those pages that it is as it is here.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field  unit, constraint
 *      0     4  u32   mode   how they were read: 1, by process_vm_readv(2)
 * </pre>
 */
public record PreDump(int mode) implements ImageRecord {
  /** By process_vm_readv(2). */
  public static final int READ = 1;

  /** Writes and reads the payload. */
  public static final RecordCodec<PreDump> CODEC = new Codec();

  /** Checks what the layout demands. */
  public PreDump {
    Invariant.range(mode, READ, READ, "mode");
  }

  @Override
  public ObjectType type() {
    return ObjectType.PRE_DUMP;
  }

  private static final class Codec implements RecordCodec<PreDump> {
    @Override
    public void write(PreDump value, RecordOutput out) {
      out.u32(value.mode());
    }

    @Override
    public PreDump read(RecordInput in) throws CorruptImageException {
      return new PreDump(in.u32());
    }
  }
}
