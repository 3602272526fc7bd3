package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * An open file description of one side of a pseudo terminal whose master side the task has.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field  unit, constraint
 *      0     4  u32 objref  pty    a PTY
 *      4     4  u32         side   MASTER 0, SLAVE 1, DEV_TTY 2: the slave side, opened as /dev/tty
 *      8     4  u32         flags  open flags
 * </pre>
 */
public record FilePty(int pty, int side, int flags) implements ImageRecord {
  /** The side that a terminal emulator has. */
  public static final int MASTER = 0;

  /** The side that is a terminal to programs. */
  public static final int SLAVE = 1;

  /** The same, by the name that each program has for its controlling terminal. */
  public static final int DEV_TTY = 2;

  /** Writes and reads the payload. */
  public static final RecordCodec<FilePty> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FilePty {
    Invariant.positive(pty, "pty");
    Invariant.range(side, MASTER, DEV_TTY, "side");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_PTY;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("pty", pty, ObjectType.PTY));
  }

  private static final class Codec implements RecordCodec<FilePty> {
    @Override
    public void write(FilePty value, RecordOutput out) {
      out.u32(value.pty()).u32(value.side()).u32(value.flags());
    }

    @Override
    public FilePty read(RecordInput in) throws CorruptImageException {
      return new FilePty(in.objref(), in.u32(), in.u32());
    }
  }
}
