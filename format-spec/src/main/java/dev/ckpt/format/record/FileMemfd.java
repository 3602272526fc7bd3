package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * An open file description of a memory object.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field  unit, constraint
 *      0     4  u32 objref  shmem  a SHMEM
 *      4     4  u32         flags  open flags
 *      8     8  u64         pos    file offset
 * </pre>
 */
public record FileMemfd(int shmem, int flags, long pos) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FileMemfd> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileMemfd {
    Invariant.positive(shmem, "shmem");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_MEMFD;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("shmem", shmem, ObjectType.SHMEM));
  }

  private static final class Codec implements RecordCodec<FileMemfd> {
    @Override
    public void write(FileMemfd value, RecordOutput out) {
      out.u32(value.shmem()).u32(value.flags()).u64(value.pos());
    }

    @Override
    public FileMemfd read(RecordInput in) throws CorruptImageException {
      return new FileMemfd(in.objref(), in.u32(), in.u64());
    }
  }
}
