package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * What the task does with each signal.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field    unit, constraint
 *      0  2048  64 x  actions  index 0 is signal 1
 *
 * action:
 *      0     8  u64   handler  address, 0 SIG_DFL or 1 SIG_IGN
 *      8     8  u64   flags    SA_ bits
 *     16     8  u64   restorer  address
 *     24     8  u64   mask     bit 0 is signal 1
 * </pre>
 */
public record Sigactions(List<Sigaction> actions) implements ImageRecord {
  /** How many signals Linux has: _NSIG. */
  public static final int NSIG = 64;

  /** Writes and reads the payload. */
  public static final RecordCodec<Sigactions> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Sigactions {
    actions = List.copyOf(actions);
    Invariant.that(actions.size() == NSIG, "there must be 64 actions", actions.size());
  }

  @Override
  public ObjectType type() {
    return ObjectType.SIGACTIONS;
  }

  /** struct kernel_sigaction of one signal; {@code handler} 0 is SIG_DFL, 1 is SIG_IGN. */
  public record Sigaction(long handler, long flags, long restorer, long mask) {}

  private static final class Codec implements RecordCodec<Sigactions> {
    @Override
    public void write(Sigactions value, RecordOutput out) {
      for (Sigaction e : value.actions()) {
        out.u64(e.handler()).u64(e.flags()).u64(e.restorer()).u64(e.mask());
      }
    }

    @Override
    public Sigactions read(RecordInput in) throws CorruptImageException {
      return new Sigactions(readActions(in));
    }

    private List<Sigaction> readActions(RecordInput in) throws CorruptImageException {
      List<Sigaction> actions = new ArrayList<>(NSIG);
      for (int i = 0; i < NSIG; i++) {
        actions.add(new Sigaction(in.u64(), in.u64(), in.u64(), in.u64()));
      }
      return actions;
    }
  }
}
