package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * One file descriptor of the task.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field    unit, constraint
 *      0     4  u32         fd       0 to 2^31-1
 *      4     4  u32         fdFlags  0, or FD_CLOEXEC 1
 *      8     4  u32 objref  file     an open file description
 * </pre>
 */
public record Fd(int fd, int fdFlags, int file) implements ImageRecord {
  /** Bit of {@code fdFlags}: closed by exec. */
  public static final int FD_CLOEXEC = 1;

  /** Writes and reads the payload. */
  public static final RecordCodec<Fd> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Fd {
    Invariant.notNegative(fd, "fd");
    Invariant.range(fdFlags, 0, FD_CLOEXEC, "fdFlags");
    Invariant.positive(file, "file");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FD;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.toOpenFile("file", file));
  }

  private static final class Codec implements RecordCodec<Fd> {
    @Override
    public void write(Fd value, RecordOutput out) {
      out.u32(value.fd()).u32(value.fdFlags()).u32(value.file());
    }

    @Override
    public Fd read(RecordInput in) throws CorruptImageException {
      return new Fd(in.u32(), in.u32(), in.objref());
    }
  }
}
