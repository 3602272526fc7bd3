package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * An open file description of a character device without state, such as /dev/null.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field      unit, constraint
 *      0  4+n1  bytes  path       at most 4096
 *   4+n1     4  u32    rdevMajor
 *   8+n1     4  u32    rdevMinor
 *  12+n1     4  u32    flags      open flags
 *  16+n1     8  u64    pos        file offset
 * </pre>
 */
public record FileChrdev(ByteString path, int rdevMajor, int rdevMinor, int flags, long pos)
    implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FileChrdev> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileChrdev {
    Invariant.atMost(path, Limits.MAX_PATH_BYTES, "path");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_CHRDEV;
  }

  private static final class Codec implements RecordCodec<FileChrdev> {
    @Override
    public void write(FileChrdev value, RecordOutput out) {
      out.bytes(value.path(), Limits.MAX_PATH_BYTES)
          .u32(value.rdevMajor())
          .u32(value.rdevMinor())
          .u32(value.flags())
          .u64(value.pos());
    }

    @Override
    public FileChrdev read(RecordInput in) throws CorruptImageException {
      return new FileChrdev(
          in.bytes(Limits.MAX_PATH_BYTES), in.u32(), in.u32(), in.u32(), in.u64());
    }
  }
}
