package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * A pipe and the bytes that are in it. The open file descriptions of its ends are {@link FilePipe}.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field          unit, constraint
 *      0     8  u64    inode          in pipefs
 *      8     4  u32    capacityBytes  as F_GETPIPE_SZ; above 0
 *     12     4  u32    packetMode     0 or 1: each buffer is a packet
 *     16  4+n1  list   buffers        at most 16384: bytes each, one for every buffer of the pipe
 *                                    in reading order (in packet mode: packet), none empty;
 *                                    at most 64 MiB in all
 * </pre>
 */
public record Pipe(long inode, int capacityBytes, boolean packetMode, List<ByteString> buffers)
    implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<Pipe> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Pipe {
    Invariant.positive(capacityBytes, "capacityBytes");
    buffers = List.copyOf(buffers);
    Invariant.range(buffers.size(), 0, Limits.MAX_PIPE_BUFFERS, "number of buffers");
    long lenBytes = 0;
    for (ByteString buffer : buffers) {
      Invariant.that(!buffer.isEmpty(), "a buffer must hold something", buffer.length());
      lenBytes += buffer.length();
    }
    Invariant.that(lenBytes <= Limits.MAX_PIPE_BYTES, "buffers hold too much", lenBytes);
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
          .count(value.buffers().size(), Limits.MAX_PIPE_BUFFERS);
      for (ByteString buffer : value.buffers()) {
        out.bytes(buffer, Limits.MAX_PIPE_BYTES);
      }
    }

    @Override
    public Pipe read(RecordInput in) throws CorruptImageException {
      return new Pipe(in.u64(), in.u32(), in.bool32(), readBuffers(in));
    }

    private static List<ByteString> readBuffers(RecordInput in) throws CorruptImageException {
      int nr = in.count(Limits.MAX_PIPE_BUFFERS, Integer.BYTES);
      List<ByteString> buffers = new ArrayList<>(nr);
      for (int i = 0; i < nr; i++) {
        buffers.add(in.bytes(Limits.MAX_PIPE_BYTES));
      }
      return buffers;
    }
  }
}
