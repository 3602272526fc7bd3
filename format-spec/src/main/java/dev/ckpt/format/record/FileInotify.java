package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * An open file description of an inotify instance; what it watches is in {@link InotifyWatch}es.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field  unit, constraint
 *      0     4  u32   flags  open flags
 * </pre>
 */
public record FileInotify(int flags) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FileInotify> CODEC = new Codec();

  @Override
  public ObjectType type() {
    return ObjectType.FILE_INOTIFY;
  }

  private static final class Codec implements RecordCodec<FileInotify> {
    @Override
    public void write(FileInotify value, RecordOutput out) {
      out.u32(value.flags());
    }

    @Override
    public FileInotify read(RecordInput in) throws CorruptImageException {
      return new FileInotify(in.u32());
    }
  }
}
