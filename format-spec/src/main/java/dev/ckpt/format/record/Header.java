package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.UUID;

/**
 * What the image is of and where it came from: the first object of every stream. Two dumps of the
 * same stopped task differ in this object and in {@link Statistics}, but for timers and rseq areas:
 * see SPEC.md.
 *
 * <p>Layout:
 *
 * <pre>
 *   offset  size  type   field           unit, constraint
 *        0     2  u16    arch            EM_ number of the machine; EM_X86_64 is 62
 *        2     4  u32    pageSize        4096 in version 1
 *        6  4+n1  bytes  kernelRelease   at most 256: as uname -r
 *    10+n1    16  uuid   bootId          /proc/sys/kernel/random/boot_id
 *    26+n1     8  u64    monotonicNanos  CLOCK_MONOTONIC of the machine, of the dump
 *    34+n1     8  u64    boottimeNanos   CLOCK_BOOTTIME of the machine, of the dump
 *    42+n1     8  u64    realtimeNanos   CLOCK_REALTIME of the dump
 *    50+n1    16  uuid   uuid            of this checkpoint
 *    66+n1    16  uuid   parentUuid      of the one it builds on; all zero: none
 *    82+n1  4+n2  bytes  producer        at most 256: program and version that wrote it
 * 86+n1+n2  4+n3  bytes  hostname        at most 256: as uname -n
 * </pre>
 *
 * <p>The clocks of the machine are those of its first time namespace (time_namespaces(7)).
 */
public record Header(
    int arch,
    int pageSize,
    ByteString kernelRelease,
    UUID bootId,
    long monotonicNanos,
    long boottimeNanos,
    long realtimeNanos,
    UUID uuid,
    UUID parentUuid,
    ByteString producer,
    ByteString hostname)
    implements ImageRecord {
  /** Machine number of x86-64 in linux/elf-em.h. */
  public static final int EM_X86_64 = 62;

  /** The {@code parentUuid} of an image that stands on its own. */
  public static final UUID NO_PARENT = new UUID(0, 0);

  /** Writes and reads the payload. */
  public static final RecordCodec<Header> CODEC = new Codec();

  /** Checks what the layout demands. */
  public Header {
    Invariant.range(arch, 0, 0xffff, "arch");
    Invariant.that(pageSize == Limits.PAGE_SIZE, "pageSize must be 4096", pageSize);
    Invariant.atMost(kernelRelease, Limits.MAX_NAME_BYTES, "kernelRelease");
    Invariant.atMost(producer, Limits.MAX_NAME_BYTES, "producer");
    Invariant.atMost(hostname, Limits.MAX_NAME_BYTES, "hostname");
  }

  /** That of the same checkpoint in an image that builds on another, or on none. */
  public Header withParent(UUID parent) {
    return new Header(
        arch,
        pageSize,
        kernelRelease,
        bootId,
        monotonicNanos,
        boottimeNanos,
        realtimeNanos,
        uuid,
        parent,
        producer,
        hostname);
  }

  @Override
  public ObjectType type() {
    return ObjectType.HEADER;
  }

  private static final class Codec implements RecordCodec<Header> {
    @Override
    public void write(Header value, RecordOutput out) {
      out.u16(value.arch())
          .u32(value.pageSize())
          .bytes(value.kernelRelease(), Limits.MAX_NAME_BYTES)
          .uuid(value.bootId())
          .u64(value.monotonicNanos())
          .u64(value.boottimeNanos())
          .u64(value.realtimeNanos())
          .uuid(value.uuid())
          .uuid(value.parentUuid())
          .bytes(value.producer(), Limits.MAX_NAME_BYTES)
          .bytes(value.hostname(), Limits.MAX_NAME_BYTES);
    }

    @Override
    public Header read(RecordInput in) throws CorruptImageException {
      return new Header(
          in.u16(),
          in.u32(),
          in.bytes(Limits.MAX_NAME_BYTES),
          in.uuid(),
          in.u64(),
          in.u64(),
          in.u64(),
          in.uuid(),
          in.uuid(),
          in.bytes(Limits.MAX_NAME_BYTES),
          in.bytes(Limits.MAX_NAME_BYTES));
    }
  }
}
