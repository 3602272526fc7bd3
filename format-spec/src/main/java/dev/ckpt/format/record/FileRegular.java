package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * An open file description of a regular file, with or without a name.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field  unit, constraint
 *      0     4  u32 objref  file   a FILE_REF or GHOST_FILE
 *      4     4  u32         flags  open flags, as F_GETFL gives them
 *      8     8  u64         pos    file offset
 * </pre>
 */
public record FileRegular(int file, int flags, long pos) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FileRegular> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileRegular {
    Invariant.positive(file, "file");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_REGULAR;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("file", file, ObjectType.FILE_REF, ObjectType.GHOST_FILE));
  }

  private static final class Codec implements RecordCodec<FileRegular> {
    @Override
    public void write(FileRegular value, RecordOutput out) {
      out.u32(value.file()).u32(value.flags()).u64(value.pos());
    }

    @Override
    public FileRegular read(RecordInput in) throws CorruptImageException {
      return new FileRegular(in.objref(), in.u32(), in.u64());
    }
  }
}
