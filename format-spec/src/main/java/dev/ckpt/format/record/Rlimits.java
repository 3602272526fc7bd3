package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * The resource limits of the task, by RLIMIT_ number.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field   unit, constraint
 *      0   256  16 x  limits  (u64 cur, u64 max); 2^64-1 is RLIM_INFINITY
 * </pre>
 */
public record Rlimits(List<Rlimit> limits) implements ImageRecord {
  /** How many limits Linux has: RLIM_NLIMITS. */
  public static final int RLIM_NLIMITS = 16;

  /** Writes and reads the payload. */
  public static final RecordCodec<Rlimits> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Rlimits {
    limits = List.copyOf(limits);
    Invariant.that(limits.size() == RLIM_NLIMITS, "there must be 16 limits", limits.size());
  }

  @Override
  public ObjectType type() {
    return ObjectType.RLIMITS;
  }

  /** One soft and hard limit, unsigned. */
  public record Rlimit(long cur, long max) {}

  private static final class Codec implements RecordCodec<Rlimits> {
    @Override
    public void write(Rlimits value, RecordOutput out) {
      for (Rlimit e : value.limits()) {
        out.u64(e.cur()).u64(e.max());
      }
    }

    @Override
    public Rlimits read(RecordInput in) throws CorruptImageException {
      return new Rlimits(readLimits(in));
    }

    private List<Rlimit> readLimits(RecordInput in) throws CorruptImageException {
      List<Rlimit> limits = new ArrayList<>(RLIM_NLIMITS);
      for (int i = 0; i < RLIM_NLIMITS; i++) {
        limits.add(new Rlimit(in.u64(), in.u64()));
      }
      return limits;
    }
  }
}
