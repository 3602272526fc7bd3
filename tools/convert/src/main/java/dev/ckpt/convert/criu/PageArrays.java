package dev.ckpt.convert.criu;

import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Makes page arrays of the pages of one owner, which come in ascending order. */
final class PageArrays {
  /** Where arrays end if they can: two of them are a huge page then. */
  private static final long ALIGNMENT = (long) Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE;

  /** Where pages come from. */
  interface Pages {
    /** Reads the next ones, as many as there is room for. */
    void readFully(ByteBuffer into) throws IOException;
  }

  private final ImageWriter image;
  private final int owner;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect((int) ALIGNMENT);
  private final List<PageRun> runs = new ArrayList<>();

  PageArrays(ImageWriter image, int owner) {
    this.image = image;
    this.owner = owner;
  }

  /** Adds pages that follow one another. */
  void add(long start, long end, Pages pages) throws IOException {
    long addr = start;
    while (addr < end) {
      boolean other = !runs.isEmpty() && (runs.get(0).addr() & -ALIGNMENT) != (addr & -ALIGNMENT);
      if (other || runs.size() == Limits.MAX_ARRAY_RUNS) {
        flush();
      }
      long to = Math.min(end, (addr & -ALIGNMENT) + ALIGNMENT);
      int lenBytes = (int) (to - addr);
      buffer.limit(buffer.position() + lenBytes);
      pages.readFully(buffer);
      buffer.limit(buffer.capacity());
      runs.add(new PageRun(addr, lenBytes / Limits.PAGE_SIZE, PageKind.DATA));
      addr = to;
    }
  }

  /** Writes what is held back. */
  void flush() throws IOException {
    if (!runs.isEmpty()) {
      image.writePages(new PageArray(owner, runs), buffer.flip());
      buffer.clear();
      runs.clear();
    }
  }
}
