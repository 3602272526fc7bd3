package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * An open file description of a signalfd.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field  unit, constraint
 *      0     8  u64   mask   signals that it accepts, bit n-1 for signal n
 *      8     4  u32   flags  open flags
 * </pre>
 */
public record FileSignalfd(long mask, int flags) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FileSignalfd> CODEC = new Codec();

  @Override
  public ObjectType type() {
    return ObjectType.FILE_SIGNALFD;
  }

  private static final class Codec implements RecordCodec<FileSignalfd> {
    @Override
    public void write(FileSignalfd value, RecordOutput out) {
      out.u64(value.mask()).u32(value.flags());
    }

    @Override
    public FileSignalfd read(RecordInput in) throws CorruptImageException {
      return new FileSignalfd(in.u64(), in.u32());
    }
  }
}
