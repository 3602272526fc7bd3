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
 * One mapping, and how to make it anew.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field       unit, constraint
 *      0     8  u64         start       address of the first byte
 *      8     8  u64         end         first address behind it
 *     16     4  u32         prot        PROT_ bits, 0 to 7
 *     20     4  u32         mapFlags    MAP_ flags to create it with; MAP_HUGETLB with a size
 *     24     8  u64         vmFlags     bits of VmFlag
 *     32     8  u64         pgoffBytes  offset in the backing object
 *     40     4  u32 objref  backing     0, or a FILE_REF, GHOST_FILE, SHMEM or
 *                                       SYSV_SHM
 *     44  4+n1  bytes       name        at most 4096: as maps shows it: [heap], [anon:x]; may be
 *                                       empty
 *  48+n1     4  u32         kind        1 to 8, see below
 * </pre>
 */
public record Vma(
    long start,
    long end,
    int prot,
    int mapFlags,
    long vmFlags,
    long pgoffBytes,
    int backing,
    ByteString name,
    VmaKind kind)
    implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<Vma> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Vma {
    Invariant.thatRange(
        aligned(start) && aligned(end) && Long.compareUnsigned(start, end) < 0,
        "start and end must be page-aligned and in order",
        start,
        end);
    Invariant.thatRange(
        kind == VmaKind.VSYSCALL || Long.compareUnsigned(end, Limits.USER_SPACE_END) <= 0,
        "only a VSYSCALL lies above 2^47",
        start,
        end);
    Invariant.range(prot, 0, 7, "prot");
    HugePageFlags.check(mapFlags, HugePageFlags.MAP_HUGETLB, "mapFlags");
    Invariant.thatHex(VmFlag.known(vmFlags), "vmFlags must be known bits", vmFlags);
    Invariant.that(aligned(pgoffBytes), "pgoffBytes must be page-aligned", pgoffBytes);
    Invariant.notNegative(backing, "backing");
    Invariant.atMost(name, Limits.MAX_PATH_BYTES, "name");
    Invariant.notNull(kind, "kind");
    if (kind.backed() != (backing != 0)) {
      throw new IllegalArgumentException(kind + " must fit its backing, found " + backing);
    }
  }

  /** Size in bytes. */
  public long lenBytes() {
    return end - start;
  }

  /** Size of its huge TLB pages, if it is anonymous memory of such; else 0. */
  public long hugePageBytes() {
    return HugePageFlags.bytes(mapFlags, HugePageFlags.MAP_HUGETLB);
  }

  /** Whether what is written to it is written to its backing. */
  public boolean isShared() {
    return kind == VmaKind.FILE_SHARED || kind == VmaKind.ANON_SHARED;
  }

  /** Whether the mapping has this flag. */
  public boolean has(VmFlag flag) {
    return (vmFlags & flag.bit()) != 0;
  }

  private static boolean aligned(long value) {
    return value % Limits.PAGE_SIZE == 0;
  }

  @Override
  public ObjectType type() {
    return ObjectType.VMA;
  }

  @Override
  public List<ObjectReference> references() {
    return switch (kind) {
      case ANON_SHARED ->
          List.of(ObjectReference.to("backing", backing, ObjectType.SHMEM, ObjectType.SYSV_SHM));
      case FILE_PRIVATE, FILE_SHARED ->
          List.of(
              ObjectReference.to(
                  "backing",
                  backing,
                  ObjectType.FILE_REF,
                  ObjectType.GHOST_FILE,
                  ObjectType.SHMEM));
      default -> List.of();
    };
  }

  private static final class Codec implements RecordCodec<Vma> {
    @Override
    public void write(Vma value, RecordOutput out) {
      out.u64(value.start())
          .u64(value.end())
          .u32(value.prot())
          .u32(value.mapFlags())
          .u64(value.vmFlags())
          .u64(value.pgoffBytes())
          .u32(value.backing())
          .bytes(value.name(), Limits.MAX_PATH_BYTES)
          .u32(value.kind().number());
    }

    @Override
    public Vma read(RecordInput in) throws CorruptImageException {
      return new Vma(
          in.u64(),
          in.u64(),
          in.u32(),
          in.u32(),
          in.u64(),
          in.u64(),
          in.objref(),
          in.bytes(Limits.MAX_PATH_BYTES),
          VmaKind.of(in.u32()));
    }
  }
}
