package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * How far the clocks of the task are ahead of the machine's: the offsets of its time namespace. An
 * image without this object is of a task that has the machine's own clocks.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field           unit, constraint
 *      0     8  u64   monotonicNanos  to be added to CLOCK_MONOTONIC, modulo 2^64
 *      8     8  u64   boottimeNanos   to be added to CLOCK_BOOTTIME, modulo 2^64
 * </pre>
 *
 * <p>Source: time_namespaces(7).
 */
public record TimeNs(long monotonicNanos, long boottimeNanos) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<TimeNs> CODEC = new Codec();

  @Override
  public ObjectType type() {
    return ObjectType.TIME_NS;
  }

  private static final class Codec implements RecordCodec<TimeNs> {
    @Override
    public void write(TimeNs value, RecordOutput out) {
      out.u64(value.monotonicNanos()).u64(value.boottimeNanos());
    }

    @Override
    public TimeNs read(RecordInput in) throws CorruptImageException {
      return new TimeNs(in.u64(), in.u64());
    }
  }
}
