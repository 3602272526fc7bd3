package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * The seccomp filters that a thread runs under.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field   unit, constraint
 *      0     4  u32         tid     above 0
 *      4     4  u32 objref  filter  the newest: a SECCOMP_FILTER before it
 * </pre>
 */
public record Seccomp(int tid, int filter) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<Seccomp> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Seccomp {
    Invariant.positive(tid, "tid");
    Invariant.positive(filter, "filter");
  }

  @Override
  public ObjectType type() {
    return ObjectType.SECCOMP;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("filter", filter, ObjectType.SECCOMP_FILTER));
  }

  private static final class Codec implements RecordCodec<Seccomp> {
    @Override
    public void write(Seccomp value, RecordOutput out) {
      out.u32(value.tid()).u32(value.filter());
    }

    @Override
    public Seccomp read(RecordInput in) throws CorruptImageException {
      return new Seccomp(in.u32(), in.objref());
    }
  }
}
