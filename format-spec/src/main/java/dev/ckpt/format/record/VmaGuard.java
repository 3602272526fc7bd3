package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * A guard region within a mapping (MADV_GUARD_INSTALL, Linux 6.13, of files 6.15): its pages hold
 * nothing, and any access is a fault.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field  unit, constraint
 *      0     8  u64   start  address of the first byte
 *      8     8  u64   end    first address behind it
 * </pre>
 */
public record VmaGuard(long start, long end) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<VmaGuard> CODEC = new Codec();

  /** Checks what the layout demands. */
  public VmaGuard {
    Invariant.that(start % Limits.PAGE_SIZE == 0, "start must be page-aligned", start);
    Invariant.that(end % Limits.PAGE_SIZE == 0, "end must be page-aligned", end);
    Invariant.that(start >= 0 && start < end, "start must be below end", start);
  }

  /** Size in bytes. */
  public long lenBytes() {
    return end - start;
  }

  @Override
  public ObjectType type() {
    return ObjectType.VMA_GUARD;
  }

  private static final class Codec implements RecordCodec<VmaGuard> {
    @Override
    public void write(VmaGuard value, RecordOutput out) {
      out.u64(value.start()).u64(value.end());
    }

    @Override
    public VmaGuard read(RecordInput in) throws CorruptImageException {
      return new VmaGuard(in.u64(), in.u64());
    }
  }
}
