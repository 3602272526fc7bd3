package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the pages of a memory object, or of an embedded file, through a descriptor; ranges are
 * offsets in it.
 */
final class ObjectReader implements PageWriter.Source {
  private final Fd handle;

  ObjectReader(Fd handle) {
    this.handle = handle;
  }

  /** The ranges that hold data, as offsets in an object of that size. */
  static List<PageRange> dataRanges(Fd handle, long size) throws CkptException {
    List<PageRange> ranges = new ArrayList<>();
    long pageMask = PageRange.PAGE_SIZE - 1;
    long at = 0;
    while (at < size) {
      long data = Files.seekSparse(handle, at, Fcntl.SEEK_DATA);
      // Behind its size there is something only if the file has grown meanwhile.
      if (data < 0 || data >= size) {
        break;
      }
      long hole = Files.seekSparse(handle, data, Fcntl.SEEK_HOLE);
      long end = (hole < 0 ? size : Math.min(hole, size)) + pageMask & ~pageMask;
      long start = data & ~pageMask;
      ranges.add(new PageRange(start, (end - start) / PageRange.PAGE_SIZE));
      at = end;
    }
    return ranges;
  }

  @Override
  public void read(List<PageRange> ranges, ByteBuffer into, boolean beside) throws CkptException {
    for (PageRange range : ranges) {
      long local = NativeBuffer.addressOf(into) + into.position();
      long done = 0;
      while (done < range.lenBytes()) {
        long n = handle.pread(local + done, range.lenBytes() - done, range.address() + done);
        if (n == 0) {
          // The object ends inside its last page; the rest of that page is zeros.
          break;
        }
        done += n;
      }
      int end = into.position() + Math.toIntExact(range.lenBytes());
      into.position(into.position() + Math.toIntExact(done));
      while (into.position() < end) {
        into.put((byte) 0);
      }
    }
  }
}
