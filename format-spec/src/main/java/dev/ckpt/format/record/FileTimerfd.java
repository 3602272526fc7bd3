package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * An open file description of a timerfd.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field          unit, constraint
 *      0     4  u32   clockId        a CLOCK_ number
 *      4     4  u32   settimeFlags   TFD_TIMER_ABSTIME 1, TFD_TIMER_CANCEL_ON_SET 2
 *      8     8  u64   ticks          expirations that were not read yet
 *     16     8  u64   valueNanos     0: disarmed; with TFD_TIMER_ABSTIME the time of the clock when
 *                                   it expires next; else the time that was left; not negative
 *     24     8  u64   intervalNanos  not negative
 *     32     4  u32   flags          open flags
 * </pre>
 */
public record FileTimerfd(
    int clockId, int settimeFlags, long ticks, long valueNanos, long intervalNanos, int flags)
    implements ImageRecord {
  /** Bit of {@code settimeFlags}: TFD_TIMER_ABSTIME. */
  public static final int ABSTIME = 1;

  /** Bit of {@code settimeFlags}: TFD_TIMER_CANCEL_ON_SET. */
  public static final int CANCEL_ON_SET = 2;

  /** Writes and reads the payload. */
  public static final RecordCodec<FileTimerfd> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileTimerfd {
    Invariant.bits(settimeFlags, ABSTIME | CANCEL_ON_SET, "settimeFlags");
    Invariant.that(valueNanos >= 0, "valueNanos must not be negative", valueNanos);
    Invariant.that(intervalNanos >= 0, "intervalNanos must not be negative", intervalNanos);
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_TIMERFD;
  }

  private static final class Codec implements RecordCodec<FileTimerfd> {
    @Override
    public void write(FileTimerfd value, RecordOutput out) {
      out.u32(value.clockId())
          .u32(value.settimeFlags())
          .u64(value.ticks())
          .u64(value.valueNanos())
          .u64(value.intervalNanos())
          .u32(value.flags());
    }

    @Override
    public FileTimerfd read(RecordInput in) throws CorruptImageException {
      return new FileTimerfd(in.u32(), in.u32(), in.u64(), in.u64(), in.u64(), in.u32());
    }
  }
}
