package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * By which label a security module (SELinux, AppArmor, Smack) knew the task. An image without this
 * object is from a kernel without such a module.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field  unit, constraint
 *      0  4+n1  bytes  label  at most 4096; /proc/PID/attr/current without its last newline or NUL
 * </pre>
 */
public record LsmLabel(ByteString label) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<LsmLabel> CODEC = new Codec();

  /** A file of /proc/PID/attr is written into one page. */
  private static final int MAX_LABEL_BYTES = 4096;

  @Override
  public ObjectType type() {
    return ObjectType.LSM_LABEL;
  }

  private static final class Codec implements RecordCodec<LsmLabel> {
    @Override
    public void write(LsmLabel value, RecordOutput out) {
      out.bytes(value.label(), MAX_LABEL_BYTES);
    }

    @Override
    public LsmLabel read(RecordInput in) throws CorruptImageException {
      return new LsmLabel(in.bytes(MAX_LABEL_BYTES));
    }
  }
}
