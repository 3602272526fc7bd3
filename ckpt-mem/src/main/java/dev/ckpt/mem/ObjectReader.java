package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads the pages of a memory object through a descriptor; ranges are offsets in the object. */
final class ObjectReader implements PageWriter.Source {
  private final Fd handle;

  ObjectReader(Fd handle) {
    this.handle = handle;
  }

  @Override
  public void read(List<PageRange> ranges, ByteBuffer into) throws CkptException {
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
