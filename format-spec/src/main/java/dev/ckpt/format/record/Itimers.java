package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * The three interval timers of the task: ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field   unit, constraint
 *      0    48  3 x   timers  (u64 intervalMicros, u64 valueMicros); by ITIMER_ number
 * </pre>
 */
public record Itimers(List<Itimer> timers) implements ImageRecord {
  /** How many timers there are. */
  public static final int NR_ITIMERS = 3;

  /** Writes and reads the payload. */
  public static final RecordCodec<Itimers> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Itimers {
    timers = List.copyOf(timers);
    Invariant.that(timers.size() == NR_ITIMERS, "there must be 3 timers", timers.size());
    for (Itimer timer : timers) {
      Invariant.that(timer.intervalMicros() >= 0, "intervalMicros must be below 2^63", timer);
      Invariant.that(timer.valueMicros() >= 0, "valueMicros must be below 2^63", timer);
    }
  }

  @Override
  public ObjectType type() {
    return ObjectType.ITIMERS;
  }

  /** One timer; {@code valueMicros} is the time left, 0 when it is not armed. */
  public record Itimer(long intervalMicros, long valueMicros) {}

  private static final class Codec implements RecordCodec<Itimers> {
    @Override
    public void write(Itimers value, RecordOutput out) {
      for (Itimer e : value.timers()) {
        out.u64(e.intervalMicros()).u64(e.valueMicros());
      }
    }

    @Override
    public Itimers read(RecordInput in) throws CorruptImageException {
      return new Itimers(readTimers(in));
    }

    private List<Itimer> readTimers(RecordInput in) throws CorruptImageException {
      List<Itimer> timers = new ArrayList<>(NR_ITIMERS);
      for (int i = 0; i < NR_ITIMERS; i++) {
        timers.add(new Itimer(in.u64(), in.u64()));
      }
      return timers;
    }
  }
}
