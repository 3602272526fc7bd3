package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * To whom the audit log ascribes what the task does: the user who logged in. An image without this
 * object is from a kernel without auditing.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field     unit, constraint
 *      0     4  u32   loginuid  as in /proc/PID/loginuid; 2^32-1: nobody
 * </pre>
 */
public record Loginuid(int loginuid) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<Loginuid> CODEC = new Codec();

  @Override
  public ObjectType type() {
    return ObjectType.LOGINUID;
  }

  private static final class Codec implements RecordCodec<Loginuid> {
    @Override
    public void write(Loginuid value, RecordOutput out) {
      out.u32(value.loginuid());
    }

    @Override
    public Loginuid read(RecordInput in) throws CorruptImageException {
      return new Loginuid(in.u32());
    }
  }
}
