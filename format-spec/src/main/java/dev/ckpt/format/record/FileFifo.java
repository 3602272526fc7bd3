package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * An open file description of a named pipe. What is in it is a {@link Pipe} as of any other.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field      unit, constraint
 *      0     4  u32 objref  pipe       a PIPE
 *      4     4  u32 objref  file       a FILE_REF: the name
 *      8     4  u32         flags      open flags
 *     12     4  u32         unwritten  0 or 1: nobody had it open for writing since this was
 *                                      opened, so that poll(2) does not say POLLHUP
 * </pre>
 */
public record FileFifo(int pipe, int file, int flags, boolean unwritten) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FileFifo> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileFifo {
    Invariant.positive(pipe, "pipe");
    Invariant.positive(file, "file");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_FIFO;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(
        ObjectReference.to("pipe", pipe, ObjectType.PIPE),
        ObjectReference.to("file", file, ObjectType.FILE_REF));
  }

  private static final class Codec implements RecordCodec<FileFifo> {
    @Override
    public void write(FileFifo value, RecordOutput out) {
      out.u32(value.pipe()).u32(value.file()).u32(value.flags()).bool32(value.unwritten());
    }

    @Override
    public FileFifo read(RecordInput in) throws CorruptImageException {
      return new FileFifo(in.objref(), in.objref(), in.u32(), in.bool32());
    }
  }
}
