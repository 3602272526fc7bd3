package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * A seccomp filter: a classic BPF program over {@code struct seccomp_data}. Filters are a tree, as
 * in the kernel: each knows the one that was installed before it, and threads share what they have
 * in common.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field         unit, constraint
 *      0     4  u32 objref  prev          a SECCOMP_FILTER before it; 0: it is the first
 *      4     4  u32         flags         SECCOMP_FILTER_FLAG_LOG 2, or 0
 *      8  4+n1  bytes       instructions  struct sock_filter, 8 bytes each; 1 to 4096
 * </pre>
 */
public record SeccompFilter(int prev, int flags, ByteString instructions) implements ImageRecord {
  /** What it answers but ALLOW is logged. */
  public static final int FLAG_LOG = 2;

  /** Bytes of {@code struct sock_filter}. */
  public static final int INSTRUCTION_BYTES = 8;

  /** Writes and reads the payload. */
  public static final RecordCodec<SeccompFilter> CODEC = new Codec();

  /** Checks what the layout demands. */
  public SeccompFilter {
    Invariant.notNegative(prev, "prev");
    Invariant.bits(flags, FLAG_LOG, "flags");
    Invariant.atMost(instructions, Limits.MAX_FILTER_BYTES, "instructions");
    Invariant.that(
        !instructions.isEmpty() && instructions.length() % INSTRUCTION_BYTES == 0,
        "instructions must be there and whole",
        instructions.length());
  }

  @Override
  public ObjectType type() {
    return ObjectType.SECCOMP_FILTER;
  }

  @Override
  public List<ObjectReference> references() {
    return prev == 0
        ? List.of()
        : List.of(ObjectReference.to("prev", prev, ObjectType.SECCOMP_FILTER));
  }

  private static final class Codec implements RecordCodec<SeccompFilter> {
    @Override
    public void write(SeccompFilter value, RecordOutput out) {
      out.u32(value.prev()).u32(value.flags()).bytes(value.instructions(), Limits.MAX_FILTER_BYTES);
    }

    @Override
    public SeccompFilter read(RecordInput in) throws CorruptImageException {
      return new SeccompFilter(in.objref(), in.u32(), in.bytes(Limits.MAX_FILTER_BYTES));
    }
  }
}
