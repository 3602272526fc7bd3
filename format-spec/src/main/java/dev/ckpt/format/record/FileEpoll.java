package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * An open file description of an epoll instance; what it watches is in {@link EpollItem}s.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field  unit, constraint
 *      0     4  u32   flags  open flags
 * </pre>
 */
public record FileEpoll(int flags) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FileEpoll> CODEC = new Codec();

  @Override
  public ObjectType type() {
    return ObjectType.FILE_EPOLL;
  }

  private static final class Codec implements RecordCodec<FileEpoll> {
    @Override
    public void write(FileEpoll value, RecordOutput out) {
      out.u32(value.flags());
    }

    @Override
    public FileEpoll read(RecordInput in) throws CorruptImageException {
      return new FileEpoll(in.u32());
    }
  }
}
