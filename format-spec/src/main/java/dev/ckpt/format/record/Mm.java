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
 * The address space as a whole: the bounds that prctl(PR_SET_MM_MAP) takes, and where the kernel's
 * own mappings lie. The owner of the page arrays of private memory.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field           unit, constraint
 *      0     8  u64         startCode       address
 *      8     8  u64         endCode         address
 *     16     8  u64         startData       address
 *     24     8  u64         endData         address
 *     32     8  u64         startBrk        address
 *     40     8  u64         brk             address
 *     48     8  u64         startStack      address
 *     56     8  u64         argStart        address
 *     64     8  u64         argEnd          address
 *     72     8  u64         envStart        address
 *     80     8  u64         envEnd          address
 *     88  4+n1  bytes       auxv            at most 4096: /proc/PID/auxv; pairs of u64
 *  92+n1     4  u32 objref  exeFile         a FILE_REF, GHOST_FILE or SHMEM
 *  96+n1     8  u64         vdsoStart       0: none
 * 104+n1     8  u64         vdsoEnd
 * 112+n1     8  u64         vvarStart       0: none
 * 120+n1     4  u32         vdsoCrc32c      of the vdso as it was mapped
 * 124+n1     4  u32         coredumpFilter  bits 0 to 8 of /proc/PID/coredump_filter
 * 128+n1     4  u32         lockFuture      flags of mlockall(2): 0, MCL_FUTURE 2, or that and
 *                                           MCL_ONFAULT, 6
 * </pre>
 */
public record Mm(
    long startCode,
    long endCode,
    long startData,
    long endData,
    long startBrk,
    long brk,
    long startStack,
    long argStart,
    long argEnd,
    long envStart,
    long envEnd,
    ByteString auxv,
    int exeFile,
    long vdsoStart,
    long vdsoEnd,
    long vvarStart,
    int vdsoCrc32c,
    int coredumpFilter,
    int lockFuture)
    implements ImageRecord {
  /** In {@code lockFuture}: what is mapped from now on is locked (asm-generic/mman.h). */
  public static final int MCL_FUTURE = 2;

  /** In {@code lockFuture}: it is locked page by page when touched. */
  public static final int MCL_ONFAULT = 4;

  private static final int COREDUMP_FILTER = 0x1ff;

  /** Writes and reads the payload. */
  public static final RecordCodec<Mm> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Mm {
    Invariant.atMost(auxv, Limits.MAX_AUXV_BYTES, "auxv");
    Invariant.that(auxv.length() % 16 == 0, "auxv must be pairs of u64", auxv.length());
    Invariant.positive(exeFile, "exeFile");
    Invariant.that(
        Long.compareUnsigned(vdsoStart, vdsoEnd) <= 0,
        "vdsoStart must not be above vdsoEnd",
        vdsoStart);
    Invariant.bits(coredumpFilter, COREDUMP_FILTER, "coredumpFilter");
    Invariant.that(
        lockFuture == 0 || (lockFuture & ~MCL_ONFAULT) == MCL_FUTURE,
        "lockFuture must be 0, 2 or 6",
        lockFuture);
  }

  @Override
  public ObjectType type() {
    return ObjectType.MM;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(
        ObjectReference.to(
            "exeFile", exeFile, ObjectType.FILE_REF, ObjectType.GHOST_FILE, ObjectType.SHMEM));
  }

  private static final class Codec implements RecordCodec<Mm> {
    @Override
    public void write(Mm value, RecordOutput out) {
      out.u64(value.startCode())
          .u64(value.endCode())
          .u64(value.startData())
          .u64(value.endData())
          .u64(value.startBrk())
          .u64(value.brk())
          .u64(value.startStack())
          .u64(value.argStart())
          .u64(value.argEnd())
          .u64(value.envStart())
          .u64(value.envEnd())
          .bytes(value.auxv(), Limits.MAX_AUXV_BYTES)
          .u32(value.exeFile())
          .u64(value.vdsoStart())
          .u64(value.vdsoEnd())
          .u64(value.vvarStart())
          .u32(value.vdsoCrc32c())
          .u32(value.coredumpFilter())
          .u32(value.lockFuture());
    }

    @Override
    public Mm read(RecordInput in) throws CorruptImageException {
      return new Mm(
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.bytes(Limits.MAX_AUXV_BYTES),
          in.objref(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32());
    }
  }
}
