package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * A segment of System V shared memory that the task has attached. It may still exist at a restore,
 * for it does not belong to the task; its key and the time of its last change tell.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type  field         unit, constraint
 *      0     4  u32   id            below 2^31
 *      4     4  u32   key           0: IPC_PRIVATE, or marked for removal
 *      8     4  u32   mode          permissions, SHM_DEST 01000, SHM_LOCKED 02000
 *     12     4  u32   uid           owner
 *     16     4  u32   gid
 *     20     4  u32   cuid          who made it
 *     24     4  u32   cgid
 *     28     8  u64   size          bytes, above 0
 *     36     8  u64   ctimeSeconds  when it was made or changed by IPC_SET, since 1970
 *     44     4  u32   shared        0 or 1: another process has it attached too
 * </pre>
 */
public record SysvShm(
    int id,
    int key,
    int mode,
    int uid,
    int gid,
    int cuid,
    int cgid,
    long size,
    long ctimeSeconds,
    boolean shared)
    implements MemoryObject {
  /** In {@code mode}: it goes when nobody has it attached any more (ipc/shm.c). */
  public static final int SHM_DEST = 01000;

  /** In {@code mode}: it is locked in memory. */
  public static final int SHM_LOCKED = 02000;

  /** Writes and reads the payload. */
  public static final RecordCodec<SysvShm> CODEC = new Codec();

  private static final int MODE = SHM_DEST | SHM_LOCKED | 0777;

  /** Checks what the layout demands. */
  public SysvShm {
    Invariant.notNegative(id, "id");
    Invariant.bits(mode, MODE, "mode");
    Invariant.that(size > 0 && size <= Limits.USER_SPACE_END, "size must be 1 to 2^47", size);
  }

  @Override
  public ByteString name() {
    return ByteString.of("System V " + id);
  }

  @Override
  public ObjectType type() {
    return ObjectType.SYSV_SHM;
  }

  private static final class Codec implements RecordCodec<SysvShm> {
    @Override
    public void write(SysvShm value, RecordOutput out) {
      out.u32(value.id())
          .u32(value.key())
          .u32(value.mode())
          .u32(value.uid())
          .u32(value.gid())
          .u32(value.cuid())
          .u32(value.cgid())
          .u64(value.size())
          .u64(value.ctimeSeconds())
          .bool32(value.shared());
    }

    @Override
    public SysvShm read(RecordInput in) throws CorruptImageException {
      return new SysvShm(
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u64(),
          in.u64(),
          in.bool32());
    }
  }
}
