package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * An open file description of one end of a pipe; the access mode in its flags tells which.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field  unit, constraint
 *      0     4  u32 objref  pipe   a PIPE
 *      4     4  u32         flags  open flags
 * </pre>
 */
public record FilePipe(int pipe, int flags) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FilePipe> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FilePipe {
    Invariant.positive(pipe, "pipe");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_PIPE;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("pipe", pipe, ObjectType.PIPE));
  }

  private static final class Codec implements RecordCodec<FilePipe> {
    @Override
    public void write(FilePipe value, RecordOutput out) {
      out.u32(value.pipe()).u32(value.flags());
    }

    @Override
    public FilePipe read(RecordInput in) throws CorruptImageException {
      return new FilePipe(in.objref(), in.u32());
    }
  }
}
