package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * A lock or lease that an open file holds: by flock(2), by fcntl(2) for the process or for the open
 * file description, or a lease.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field   unit, constraint
 *      0     4  u32 objref  file    an open file description
 *      4     4  u32         kind    FLOCK 1, POSIX 2, OFDLCK 3, LEASE 4
 *      8     4  u32         access  F_RDLCK 0, F_WRLCK 1
 *     12     8  u64         start   first byte that is locked
 *     20     8  u64         end     last byte, not before start; 2^63-1 to the end of the file
 * </pre>
 */
public record FileLock(int file, FileLockKind kind, int access, long start, long end)
    implements ImageRecord {
  /** As {@code access}: shared. */
  public static final int F_RDLCK = 0;

  /** As {@code access}: exclusive. */
  public static final int F_WRLCK = 1;

  /** As {@code end}: however far the file grows. */
  public static final long TO_THE_END = Long.MAX_VALUE;

  /** Writes and reads the payload. */
  public static final RecordCodec<FileLock> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileLock {
    Invariant.positive(file, "file");
    Invariant.notNull(kind, "kind");
    Invariant.range(access, F_RDLCK, F_WRLCK, "access");
    Invariant.that(start >= 0 && end >= start, "0 <= start <= end", start + " to " + end);
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_LOCK;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.toOpenFile("file", file));
  }

  private static final class Codec implements RecordCodec<FileLock> {
    @Override
    public void write(FileLock value, RecordOutput out) {
      out.u32(value.file())
          .u32(value.kind().number())
          .u32(value.access())
          .u64(value.start())
          .u64(value.end());
    }

    @Override
    public FileLock read(RecordInput in) throws CorruptImageException {
      return new FileLock(in.objref(), FileLockKind.of(in.u32()), in.u32(), in.u64(), in.u64());
    }
  }
}
