package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * An open file description of an eventfd.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field      unit, constraint
 *      0     8  u64   count      at most 2^64-2
 *      8     4  u32   semaphore  0 or 1: EFD_SEMAPHORE
 *     12     4  u32   flags      open flags
 * </pre>
 */
public record FileEventfd(long count, boolean semaphore, int flags) implements ImageRecord {
  /** The most that write(2) can bring the count to, unsigned. */
  public static final long MAX_COUNT = -2;

  /** Writes and reads the payload. */
  public static final RecordCodec<FileEventfd> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileEventfd {
    Invariant.that(count != MAX_COUNT + 1, "count must be at most 2^64-2", count);
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_EVENTFD;
  }

  private static final class Codec implements RecordCodec<FileEventfd> {
    @Override
    public void write(FileEventfd value, RecordOutput out) {
      out.u64(value.count()).bool32(value.semaphore()).u32(value.flags());
    }

    @Override
    public FileEventfd read(RecordInput in) throws CorruptImageException {
      return new FileEventfd(in.u64(), in.bool32(), in.u32());
    }
  }
}
