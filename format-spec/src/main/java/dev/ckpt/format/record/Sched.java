package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * How one thread is scheduled: struct sched_attr of sched_getattr(2), its CPUs, its I/O priority
 * and its timer slack.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field            unit, constraint
 *      0     4  u32    tid              above 0
 *      4     4  u32    policy           0 to 6: SCHED_ number
 *      8     4  i32    nice             -20 to 19; the real-time policies keep it too
 *     12     4  u32    rtPriority       0 to 99
 *     16     8  u64    schedFlags       SCHED_FLAG_ bits
 *     24     8  u64    runtimeNanos     of SCHED_DEADLINE; else the slice, 0: the usual one
 *     32     8  u64    deadlineNanos
 *     40     8  u64    periodNanos
 *     48     4  u32    utilMin          utilisation clamp
 *     52     4  u32    utilMax          utilisation clamp
 *     56     4  u32    ioprio           as ioprio_get(2)
 *     60     8  u64    timerSlackNanos
 *     68  4+n1  bytes  cpusAllowed      at most 1024: bit n is CPU n; empty: not bound to any
 * </pre>
 */
public record Sched(
    int tid,
    int policy,
    int nice,
    int rtPriority,
    long schedFlags,
    long runtimeNanos,
    long deadlineNanos,
    long periodNanos,
    int utilMin,
    int utilMax,
    int ioprio,
    long timerSlackNanos,
    ByteString cpusAllowed)
    implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<Sched> CODEC = new Codec();

  private static final int MAX_POLICY = 6;
  private static final int MIN_NICE = -20;
  private static final int MAX_NICE = 19;
  private static final int MAX_RT_PRIORITY = 99;

  /** Checks what the layout demands. */
  public Sched {
    Invariant.positive(tid, "tid");
    Invariant.range(policy, 0, MAX_POLICY, "policy");
    Invariant.range(nice, MIN_NICE, MAX_NICE, "nice");
    Invariant.range(rtPriority, 0, MAX_RT_PRIORITY, "rtPriority");
    Invariant.atMost(cpusAllowed, Limits.MAX_CPU_MASK_BYTES, "cpusAllowed");
  }

  @Override
  public ObjectType type() {
    return ObjectType.SCHED;
  }

  private static final class Codec implements RecordCodec<Sched> {
    @Override
    public void write(Sched value, RecordOutput out) {
      out.u32(value.tid())
          .u32(value.policy())
          .u32(value.nice())
          .u32(value.rtPriority())
          .u64(value.schedFlags())
          .u64(value.runtimeNanos())
          .u64(value.deadlineNanos())
          .u64(value.periodNanos())
          .u32(value.utilMin())
          .u32(value.utilMax())
          .u32(value.ioprio())
          .u64(value.timerSlackNanos())
          .bytes(value.cpusAllowed(), Limits.MAX_CPU_MASK_BYTES);
    }

    @Override
    public Sched read(RecordInput in) throws CorruptImageException {
      return new Sched(
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u64(),
          in.bytes(Limits.MAX_CPU_MASK_BYTES));
    }
  }
}
