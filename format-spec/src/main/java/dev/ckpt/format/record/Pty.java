package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * A pseudo terminal whose master side the task has. The open file descriptions of its sides are
 * {@link FilePty}.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field    unit, constraint
 *      0     4  u32    index    its number in /dev/pts
 *      4     4  u32    flags    LOCKED 1, PACKET 2: packet mode, EXCLUSIVE 4: of the slave side,
 *                               HUNG_UP 8: a slave side was open and is no more, CONTROLLING 16: it
 *                               is the controlling terminal of the session that the task leads
 *      8  4+n1  bytes  termios  44 bytes: the kernel's struct, as TCGETS2 gives it
 *  12+n1     2  u16    rows
 *  14+n1     2  u16    cols
 *  16+n1     2  u16    xpixel
 *  18+n1     2  u16    ypixel
 *  20+n1     4  u32    mode     permissions of the slave side's file
 *  24+n1     4  u32    uid      its owner
 *  28+n1     4  u32    gid
 * </pre>
 */
public record Pty(
    int index,
    int flags,
    ByteString termios,
    int rows,
    int cols,
    int xpixel,
    int ypixel,
    int mode,
    int uid,
    int gid)
    implements ImageRecord {
  /** Bit of {@code flags}: the slave side cannot be opened yet (TIOCSPTLCK). */
  public static final int LOCKED = 1;

  /** Bit of {@code flags}: the master side reads packets (TIOCPKT). */
  public static final int PACKET = 2;

  /** Bit of {@code flags}: the slave side is not opened once more (TIOCEXCL). */
  public static final int EXCLUSIVE = 4;

  /** Bit of {@code flags}: a slave side was open and is no more; a read of the master fails. */
  public static final int HUNG_UP = 8;

  /** Bit of {@code flags}: it is the controlling terminal of the session that the task leads. */
  public static final int CONTROLLING = 16;

  private static final int TERMIOS2_BYTES = 44;

  /** Writes and reads the payload. */
  public static final RecordCodec<Pty> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Pty {
    Invariant.notNegative(index, "index");
    Invariant.bits(flags, LOCKED | PACKET | EXCLUSIVE | HUNG_UP | CONTROLLING, "flags");
    Invariant.that(
        termios.length() == TERMIOS2_BYTES, "termios must be 44 bytes", termios.length());
    Invariant.range(rows, 0, 0xffff, "rows");
    Invariant.range(cols, 0, 0xffff, "cols");
    Invariant.range(xpixel, 0, 0xffff, "xpixel");
    Invariant.range(ypixel, 0, 0xffff, "ypixel");
  }

  /** Whether a bit of {@code flags} is set. */
  public boolean is(int flag) {
    return (flags & flag) != 0;
  }

  @Override
  public ObjectType type() {
    return ObjectType.PTY;
  }

  private static final class Codec implements RecordCodec<Pty> {
    @Override
    public void write(Pty value, RecordOutput out) {
      out.u32(value.index())
          .u32(value.flags())
          .bytes(value.termios(), TERMIOS2_BYTES)
          .u16(value.rows())
          .u16(value.cols())
          .u16(value.xpixel())
          .u16(value.ypixel())
          .u32(value.mode())
          .u32(value.uid())
          .u32(value.gid());
    }

    @Override
    public Pty read(RecordInput in) throws CorruptImageException {
      return new Pty(
          in.u32(),
          in.u32(),
          in.bytes(TERMIOS2_BYTES),
          in.u16(),
          in.u16(),
          in.u16(),
          in.u16(),
          in.u32(),
          in.u32(),
          in.u32());
    }
  }
}
