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
 * The classic BPF program that filters what comes into a socket (SO_ATTACH_FILTER).
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field         unit, constraint
 *      0     4  u32 objref  socket        an open socket
 *      4     4  u32         locked        0 or 1: SO_LOCK_FILTER is set
 *      8  4+n1  bytes       instructions  struct sock_filter, 8 bytes each; at most 4096; none only
 *                                         where it is locked
 * </pre>
 */
public record SocketFilter(int socket, int locked, ByteString instructions) implements ImageRecord {
  /** Bytes of {@code struct sock_filter}. */
  public static final int INSTRUCTION_BYTES = 8;

  /** Writes and reads the payload. */
  public static final RecordCodec<SocketFilter> CODEC = new Codec();

  /** Checks what the layout demands. */
  public SocketFilter {
    Invariant.positive(socket, "socket");
    Invariant.range(locked, 0, 1, "locked");
    Invariant.atMost(instructions, Limits.MAX_FILTER_BYTES, "instructions");
    Invariant.that(
        instructions.length() % INSTRUCTION_BYTES == 0,
        "instructions must be whole",
        instructions.length());
    Invariant.that(
        !instructions.isEmpty() || locked == 1,
        "instructions must be there unless it is locked",
        locked);
  }

  @Override
  public ObjectType type() {
    return ObjectType.SOCKET_FILTER;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.toSocket("socket", socket));
  }

  private static final class Codec implements RecordCodec<SocketFilter> {
    @Override
    public void write(SocketFilter value, RecordOutput out) {
      out.u32(value.socket())
          .u32(value.locked())
          .bytes(value.instructions(), Limits.MAX_FILTER_BYTES);
    }

    @Override
    public SocketFilter read(RecordInput in) throws CorruptImageException {
      return new SocketFilter(in.objref(), in.u32(), in.bytes(Limits.MAX_FILTER_BYTES));
    }
  }
}
