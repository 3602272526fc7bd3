package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * The image that this one builds on, an earlier one of the same task: pages that were not written
 * since are there and not here ({@link ParentPages}). Its UUID stands in {@link Header}; one file
 * or another is told by that, and this says where to look for it.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field  unit, constraint
 *      0  4+n1  bytes  path   1 to 4096: absolute, of the file when this image was written
 * </pre>
 */
public record ParentImage(ByteString path) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<ParentImage> CODEC = new Codec();

  /** Checks what the layout demands. */
  public ParentImage {
    Invariant.that(!path.isEmpty(), "path must not be empty", path);
    Invariant.atMost(path, Limits.MAX_PATH_BYTES, "path");
    Invariant.that(path.byteAt(0) == '/', "path must be absolute", path);
  }

  @Override
  public ObjectType type() {
    return ObjectType.PARENT_IMAGE;
  }

  private static final class Codec implements RecordCodec<ParentImage> {
    @Override
    public void write(ParentImage value, RecordOutput out) {
      out.bytes(value.path(), Limits.MAX_PATH_BYTES);
    }

    @Override
    public ParentImage read(RecordInput in) throws CorruptImageException {
      return new ParentImage(in.bytes(Limits.MAX_PATH_BYTES));
    }
  }
}
