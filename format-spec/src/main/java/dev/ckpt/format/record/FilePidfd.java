package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * An open file description of a pidfd.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field       unit, constraint
 *      0     4  u32   pid         of the process, or with O_EXCL (PIDFD_THREAD) the thread; above 0
 *      4     8  u64   startTicks  when it started, as /proc/PID/stat has it; 0: it is of the task
 *                                itself
 *     12     4  u32   flags       open flags
 * </pre>
 */
public record FilePidfd(int pid, long startTicks, int flags) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FilePidfd> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FilePidfd {
    Invariant.positive(pid, "pid");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_PIDFD;
  }

  private static final class Codec implements RecordCodec<FilePidfd> {
    @Override
    public void write(FilePidfd value, RecordOutput out) {
      out.u32(value.pid()).u64(value.startTicks()).u32(value.flags());
    }

    @Override
    public FilePidfd read(RecordInput in) throws CorruptImageException {
      return new FilePidfd(in.u32(), in.u64(), in.u32());
    }
  }
}
