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
 * One file or folder that an inotify instance watches. Those of one instance stand in ascending
 * order.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field    unit, constraint
 *      0     4  u32 objref  inotify  a FILE_INOTIFY
 *      4     4  u32         wd       the watch descriptor; 1 to 65536
 *      8     4  u32         mask     IN_ bits
 *     12  4+n1  bytes       path     at most 4096
 * </pre>
 */
public record InotifyWatch(int inotify, int wd, int mask, ByteString path) implements ImageRecord {
  /** The highest watch descriptor; a higher one would take too long to come to. */
  public static final int MAX_WD = 65536;

  /** Writes and reads the payload. */
  public static final RecordCodec<InotifyWatch> CODEC = new Codec();

  /** Checks what the layout demands. */
  public InotifyWatch {
    Invariant.positive(inotify, "inotify");
    Invariant.range(wd, 1, MAX_WD, "wd");
    Invariant.atMost(path, Limits.MAX_PATH_BYTES, "path");
  }

  @Override
  public ObjectType type() {
    return ObjectType.INOTIFY_WATCH;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("inotify", inotify, ObjectType.FILE_INOTIFY));
  }

  private static final class Codec implements RecordCodec<InotifyWatch> {
    @Override
    public void write(InotifyWatch value, RecordOutput out) {
      out.u32(value.inotify())
          .u32(value.wd())
          .u32(value.mask())
          .bytes(value.path(), Limits.MAX_PATH_BYTES);
    }

    @Override
    public InotifyWatch read(RecordInput in) throws CorruptImageException {
      return new InotifyWatch(in.objref(), in.u32(), in.u32(), in.bytes(Limits.MAX_PATH_BYTES));
    }
  }
}
