package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * A pipe and the bytes that are in it. The open file descriptions of its ends are {@link FilePipe}.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field          unit, constraint
 *      0     8  u64    inode          in pipefs
 *      8     4  u32    capacityBytes  as F_GETPIPE_SZ; above 0
 *     12     4  u32    packetMode     0 or 1: O_DIRECT
 *     16  4+n1  bytes  content        at most 64 MiB
 * </pre>
 */
public record Pipe(long inode, int capacityBytes, boolean packetMode, ByteString content)
    implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<Pipe> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Pipe {
    Invariant.positive(capacityBytes, "capacityBytes");
    Invariant.atMost(content, Limits.MAX_PIPE_BYTES, "content");
  }

  @Override
  public ObjectType type() {
    return ObjectType.PIPE;
  }

  private static final class Codec implements RecordCodec<Pipe> {
    @Override
    public void write(Pipe value, RecordOutput out) {
      out.u64(value.inode())
          .u32(value.capacityBytes())
          .bool32(value.packetMode())
          .bytes(value.content(), Limits.MAX_PIPE_BYTES);
    }

    @Override
    public Pipe read(RecordInput in) throws CorruptImageException {
      return new Pipe(in.u64(), in.u32(), in.bool32(), in.bytes(Limits.MAX_PIPE_BYTES));
    }
  }
}
