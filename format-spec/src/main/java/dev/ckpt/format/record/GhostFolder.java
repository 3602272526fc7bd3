package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * A folder that is in use and was removed. Nothing is in it, and nothing ever will be.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field    unit, constraint
 *      0  4+n1  bytes  path     at most 4096: the name that it had; not empty
 *   4+n1     4  u32    mode     st_mode, of a folder
 *   8+n1     4  u32    uid      st_uid
 *  12+n1     4  u32    gid      st_gid
 *  16+n1     4  u32    working  1: it is the working folder; else 0
 * </pre>
 */
public record GhostFolder(ByteString path, int mode, int uid, int gid, boolean working)
    implements ImageRecord {
  private static final int S_IFMT = 0170000;
  private static final int S_IFDIR = 0040000;

  /** Writes and reads the payload. */
  public static final RecordCodec<GhostFolder> CODEC = new Codec();

  /** Checks what the layout demands. */
  public GhostFolder {
    Invariant.that(!path.isEmpty(), "path must not be empty", path);
    Invariant.atMost(path, Limits.MAX_PATH_BYTES, "path");
    Invariant.that((mode & S_IFMT) == S_IFDIR, "mode must be a folder's", mode);
  }

  @Override
  public ObjectType type() {
    return ObjectType.GHOST_FOLDER;
  }

  private static final class Codec implements RecordCodec<GhostFolder> {
    @Override
    public void write(GhostFolder value, RecordOutput out) {
      out.bytes(value.path(), Limits.MAX_PATH_BYTES)
          .u32(value.mode())
          .u32(value.uid())
          .u32(value.gid())
          .bool32(value.working());
    }

    @Override
    public GhostFolder read(RecordInput in) throws CorruptImageException {
      return new GhostFolder(
          in.bytes(Limits.MAX_PATH_BYTES), in.u32(), in.u32(), in.u32(), in.bool32());
    }
  }
}
