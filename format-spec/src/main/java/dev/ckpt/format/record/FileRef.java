package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * A file in the file system, by name; what it was like tells a restore whether it is still the
 * same. Mappings, the executable and open file descriptions refer to it. A regular file may be
 * embedded, so that it can be made again when it is gone: then it owns page arrays whose addresses
 * are byte offsets in it, and what none of them has is zeros.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field       unit, constraint
 *      0  4+n1  bytes  path        at most 4096: as the task sees it; not empty
 *   4+n1     8  u64    dev         st_dev
 *  12+n1     8  u64    ino         st_ino
 *  20+n1     4  u32    mode        st_mode
 *  24+n1     8  u64    size        bytes
 *  32+n1     8  u64    mtimeNanos  signed, since 1970
 *  40+n1  4+n2  bytes  buildId     at most 64: of an ELF file that is mapped; may be empty
 *  44+n1+n2  4  u32    uid         st_uid
 *  48+n1+n2  4  u32    gid         st_gid
 *  52+n1+n2  4  u32    embedded    1: its content is in the image, of a regular file only; else 0
 * </pre>
 */
public record FileRef(
    ByteString path,
    long dev,
    long ino,
    int mode,
    long size,
    long mtimeNanos,
    ByteString buildId,
    int uid,
    int gid,
    boolean embedded)
    implements ImageRecord {
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;

  /** Writes and reads the payload. */
  public static final RecordCodec<FileRef> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileRef {
    Invariant.that(!path.isEmpty(), "path must not be empty", path);
    Invariant.atMost(path, Limits.MAX_PATH_BYTES, "path");
    Invariant.that(size >= 0, "size must be below 2^63", size);
    Invariant.atMost(buildId, Limits.MAX_BUILD_ID_BYTES, "buildId");
    Invariant.that(
        !embedded || (mode & S_IFMT) == S_IFREG, "only a regular file is embedded", mode);
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_REF;
  }

  private static final class Codec implements RecordCodec<FileRef> {
    @Override
    public void write(FileRef value, RecordOutput out) {
      out.bytes(value.path(), Limits.MAX_PATH_BYTES)
          .u64(value.dev())
          .u64(value.ino())
          .u32(value.mode())
          .u64(value.size())
          .u64(value.mtimeNanos())
          .bytes(value.buildId(), Limits.MAX_BUILD_ID_BYTES)
          .u32(value.uid())
          .u32(value.gid())
          .bool32(value.embedded());
    }

    @Override
    public FileRef read(RecordInput in) throws CorruptImageException {
      return new FileRef(
          in.bytes(Limits.MAX_PATH_BYTES),
          in.u64(),
          in.u64(),
          in.u32(),
          in.u64(),
          in.u64(),
          in.bytes(Limits.MAX_BUILD_ID_BYTES),
          in.u32(),
          in.u32(),
          in.bool32());
    }
  }
}
