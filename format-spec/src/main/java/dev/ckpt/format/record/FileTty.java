package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * An open file description of a terminal, with its settings and size.
 *
 * <p>Layout:
 *
 * <pre>
 *   offset  size  type   field      unit, constraint
 *        0  4+n1  bytes  path       at most 4096
 *     4+n1     4  u32    rdevMajor
 *     8+n1     4  u32    rdevMinor
 *    12+n1     4  u32    flags      open flags
 *    16+n1  4+n2  bytes  termios    at most 128: the kernel's struct, as TCGETS2 or TCGETS gives it
 * 20+n1+n2     2  u16    rows
 * 22+n1+n2     2  u16    cols
 * 24+n1+n2     2  u16    xpixel
 * 26+n1+n2     2  u16    ypixel
 * </pre>
 */
public record FileTty(
    ByteString path,
    int rdevMajor,
    int rdevMinor,
    int flags,
    ByteString termios,
    int rows,
    int cols,
    int xpixel,
    int ypixel)
    implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<FileTty> CODEC = new Codec();

  /** Checks what the layout demands. */
  public FileTty {
    Invariant.atMost(path, Limits.MAX_PATH_BYTES, "path");
    Invariant.atMost(termios, Limits.MAX_TERMIOS_BYTES, "termios");
    Invariant.range(rows, 0, 0xffff, "rows");
    Invariant.range(cols, 0, 0xffff, "cols");
    Invariant.range(xpixel, 0, 0xffff, "xpixel");
    Invariant.range(ypixel, 0, 0xffff, "ypixel");
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_TTY;
  }

  private static final class Codec implements RecordCodec<FileTty> {
    @Override
    public void write(FileTty value, RecordOutput out) {
      out.bytes(value.path(), Limits.MAX_PATH_BYTES)
          .u32(value.rdevMajor())
          .u32(value.rdevMinor())
          .u32(value.flags())
          .bytes(value.termios(), Limits.MAX_TERMIOS_BYTES)
          .u16(value.rows())
          .u16(value.cols())
          .u16(value.xpixel())
          .u16(value.ypixel());
    }

    @Override
    public FileTty read(RecordInput in) throws CorruptImageException {
      return new FileTty(
          in.bytes(Limits.MAX_PATH_BYTES),
          in.u32(),
          in.u32(),
          in.u32(),
          in.bytes(Limits.MAX_TERMIOS_BYTES),
          in.u16(),
          in.u16(),
          in.u16(),
          in.u16());
    }
  }
}
