package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * One timer of timer_create(2).
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field          unit, constraint
 *      0     4  u32   id             0 to 2^31-1
 *      4     4  i32   clockId        a CLOCK_ number, or the CPU clock of a task
 *      8     4  u32   sigevNotify    SIGEV_SIGNAL 0, NONE 1, THREAD 2, or with SIGEV_THREAD_ID 4
 *     12     4  u32   signal
 *     16     8  u64   sigval         what the signal carries
 *     24     4  u32   notifyTid      with SIGEV_THREAD_ID the thread that is signalled, else 0
 *     28     4  u32   overrun        timer_getoverrun(2)
 *     32     8  u64   intervalNanos  below 2^63; 0: once
 *     40     8  u64   valueNanos     below 2^63: time left; 0: not armed
 * </pre>
 */
public record PosixTimer(
    int id,
    int clockId,
    int sigevNotify,
    int signal,
    long sigval,
    int notifyTid,
    int overrun,
    long intervalNanos,
    long valueNanos)
    implements ImageRecord {
  /** Bit of {@code sigevNotify}: a thread is signalled, and not the process. */
  public static final int SIGEV_THREAD_ID = 4;

  /** Writes and reads the payload. */
  public static final RecordCodec<PosixTimer> CODEC = new Codec();

  private static final int MAX_NOTIFY = SIGEV_THREAD_ID + 2;

  /** Checks what the layout demands. */
  public PosixTimer {
    Invariant.notNegative(id, "id");
    Invariant.range(sigevNotify, 0, MAX_NOTIFY, "sigevNotify");
    Invariant.that(
        (notifyTid > 0) == ((sigevNotify & SIGEV_THREAD_ID) != 0),
        "notifyTid must go with SIGEV_THREAD_ID",
        notifyTid);
    Invariant.notNegative(overrun, "overrun");
    Invariant.that(intervalNanos >= 0, "intervalNanos must be below 2^63", intervalNanos);
    Invariant.that(valueNanos >= 0, "valueNanos must be below 2^63", valueNanos);
  }

  @Override
  public ObjectType type() {
    return ObjectType.POSIX_TIMER;
  }

  private static final class Codec implements RecordCodec<PosixTimer> {
    @Override
    public void write(PosixTimer value, RecordOutput out) {
      out.u32(value.id())
          .u32(value.clockId())
          .u32(value.sigevNotify())
          .u32(value.signal())
          .u64(value.sigval())
          .u32(value.notifyTid())
          .u32(value.overrun())
          .u64(value.intervalNanos())
          .u64(value.valueNanos());
    }

    @Override
    public PosixTimer read(RecordInput in) throws CorruptImageException {
      return new PosixTimer(
          in.u32(), in.u32(), in.u32(), in.u32(), in.u64(), in.u32(), in.u32(), in.u64(), in.u64());
    }
  }
}
