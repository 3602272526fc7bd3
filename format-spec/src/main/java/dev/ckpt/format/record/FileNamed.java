package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * An open file description of a file whose size and time say nothing: a directory, a file of /proc
 * or /sys, or whatever was opened with O_PATH.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field  unit, constraint
 *      0     4  u32 objref  file   a FILE_REF or GHOST_FOLDER
 *      4     4  u32         flags  open flags, as F_GETFL gives them
 *      8     8  u64         pos    file offset; of a directory, where readdir goes on
 * </pre>
 */
public record FileNamed(int file, int flags, long pos) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FileNamed> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileNamed {
    Invariant.positive(file, "file");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_NAMED;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("file", file, ObjectType.FILE_REF, ObjectType.GHOST_FOLDER));
  }

  private static final class Codec implements RecordCodec<FileNamed> {
    @Override
    public void write(FileNamed value, RecordOutput out) {
      out.u32(value.file()).u32(value.flags()).u64(value.pos());
    }

    @Override
    public FileNamed read(RecordInput in) throws CorruptImageException {
      return new FileNamed(in.objref(), in.u32(), in.u64());
    }
  }
}
