package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * One file that an epoll instance watches. The kernel knows it by the open file description and the
 * descriptor number it was added under, which may have been closed or reused since.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field   unit, constraint
 *      0     4  u32 objref  epoll   a FILE_EPOLL
 *      4     4  u32 objref  file    an open file description, not that of the epoll instance itself
 *      8     4  u32         fd      0 to 2^31-1: the number it was added under
 *     12     4  u32         events  EPOLL bits; EPOLLONESHOT without any event: it has fired
 *     16     8  u64         data    the program's own
 * </pre>
 */
public record EpollItem(int epoll, int file, int fd, int events, long data) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<EpollItem> CODEC = new Codec();

  /** Checks what the layout demands. */
  public EpollItem {
    Invariant.positive(epoll, "epoll");
    Invariant.positive(file, "file");
    Invariant.notNegative(fd, "fd");
    Invariant.that(epoll != file, "an epoll instance must not watch itself", file);
  }

  @Override
  public ObjectType type() {
    return ObjectType.EPOLL_ITEM;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(
        ObjectReference.to("epoll", epoll, ObjectType.FILE_EPOLL),
        ObjectReference.toOpenFile("file", file));
  }

  private static final class Codec implements RecordCodec<EpollItem> {
    @Override
    public void write(EpollItem value, RecordOutput out) {
      out.u32(value.epoll())
          .u32(value.file())
          .u32(value.fd())
          .u32(value.events())
          .u64(value.data());
    }

    @Override
    public EpollItem read(RecordInput in) throws CorruptImageException {
      return new EpollItem(in.objref(), in.objref(), in.u32(), in.u32(), in.u64());
    }
  }
}
