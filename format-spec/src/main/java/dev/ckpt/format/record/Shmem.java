package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;

/**
 * A memory object that exists without a file system: shared anonymous memory or a memfd. Mappings
 * and descriptors refer to it, and it owns the page arrays of its content; their addresses are byte
 * offsets in the object.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field       unit, constraint
 *      0     4  u32    kind        ANON 1, MEMFD 2
 *      4  4+n1  bytes  name        at most 256: of a memfd, without "memfd:"
 *   8+n1     8  u64    size        bytes
 *  16+n1     4  u32    seals       F_SEAL_ bits
 *  20+n1     4  u32    memfdFlags  MFD_ flags to create it with; MFD_HUGETLB with a size
 *  24+n1     4  u32    mode        st_mode
 * </pre>
 */
public record Shmem(ShmemKind kind, ByteString name, long size, int seals, int memfdFlags, int mode)
    implements MemoryObject {
  /** Writes and reads the payload. */
  public static final RecordCodec<Shmem> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Shmem {
    Invariant.notNull(kind, "kind");
    Invariant.atMost(name, Limits.MAX_NAME_BYTES, "name");
    Invariant.that(size >= 0, "size must be below 2^63", size);
    HugePageFlags.check(memfdFlags, HugePageFlags.MFD_HUGETLB, "memfdFlags");
  }

  /** Size of the huge TLB pages that it is made of; 0: of ordinary pages. */
  public long hugePageBytes() {
    return HugePageFlags.bytes(memfdFlags, HugePageFlags.MFD_HUGETLB);
  }

  @Override
  public ObjectType type() {
    return ObjectType.SHMEM;
  }

  private static final class Codec implements RecordCodec<Shmem> {
    @Override
    public void write(Shmem value, RecordOutput out) {
      out.u32(value.kind().number())
          .bytes(value.name(), Limits.MAX_NAME_BYTES)
          .u64(value.size())
          .u32(value.seals())
          .u32(value.memfdFlags())
          .u32(value.mode());
    }

    @Override
    public Shmem read(RecordInput in) throws CorruptImageException {
      return new Shmem(
          ShmemKind.of(in.u32()),
          in.bytes(Limits.MAX_NAME_BYTES),
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32());
    }
  }
}
