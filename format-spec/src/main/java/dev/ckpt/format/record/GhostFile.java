package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * A regular file that is in use and has no name any more. No name leads to its content, so that is
 * in the image: the file owns page arrays whose addresses are byte offsets in it; what none of them
 * has is zeros.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field       unit, constraint
 *      0  4+n1  bytes  path        at most 4096: the name that it had; not empty
 *   4+n1     8  u64    dev         st_dev
 *  12+n1     8  u64    ino         st_ino
 *  20+n1     4  u32    mode        st_mode
 *  24+n1     4  u32    uid         st_uid
 *  28+n1     4  u32    gid         st_gid
 *  32+n1     8  u64    size        bytes
 *  40+n1     8  u64    mtimeNanos  signed, since 1970
 * </pre>
 */
public record GhostFile(
    ByteString path, long dev, long ino, int mode, int uid, int gid, long size, long mtimeNanos)
    implements MemoryObject {
  /** Writes and reads the payload. */
  public static final RecordCodec<GhostFile> CODEC = new Codec();

  /** Checks what the layout demands. */
  public GhostFile {
    Invariant.that(!path.isEmpty(), "path must not be empty", path);
    Invariant.atMost(path, Limits.MAX_PATH_BYTES, "path");
    Invariant.that(size >= 0, "size must be below 2^63", size);
  }

  @Override
  public ByteString name() {
    return path;
  }

  @Override
  public ObjectType type() {
    return ObjectType.GHOST_FILE;
  }

  private static final class Codec implements RecordCodec<GhostFile> {
    @Override
    public void write(GhostFile value, RecordOutput out) {
      out.bytes(value.path(), Limits.MAX_PATH_BYTES)
          .u64(value.dev())
          .u64(value.ino())
          .u32(value.mode())
          .u32(value.uid())
          .u32(value.gid())
          .u64(value.size())
          .u64(value.mtimeNanos());
    }

    @Override
    public GhostFile read(RecordInput in) throws CorruptImageException {
      return new GhostFile(
          in.bytes(Limits.MAX_PATH_BYTES),
          in.u64(),
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u64(),
          in.u64());
    }
  }
}
