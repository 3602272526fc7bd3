package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.checkpoint.MmCheckpoint;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Cuts page ranges into page arrays: reads at most 1 MiB of pages at a time, takes out the zero
 * pages, and writes what is left with its table.
 *
 * <p>The buffer is small enough to stay in the CPU's cache between the read, the look for zeros,
 * the CRC and the write.
 */
final class PageWriter {
  /** Where pages come from. */
  interface Source {
    /** Reads ranges one after another to the buffer's position. */
    void read(List<PageRange> ranges, ByteBuffer into) throws CkptException;
  }

  private static final int MAX_PAGES = 256;
  private static final int MAX_RUNS = 256;

  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(PageRange.PAGE_SIZE).asReadOnlyBuffer();

  private final ImageWriter out;
  private final ByteBuffer pages =
      ByteBuffer.allocateDirect((MAX_PAGES + 1) * PageRange.PAGE_SIZE)
          .alignedSlice(PageRange.PAGE_SIZE);
  private final List<PageRange> gathered = new ArrayList<>();
  private long gatheredPages;
  private final LongConsumer progress;
  private long nrRead;
  private long nrData;
  private long nrZero;

  /**
   * Writes to an image.
   *
   * @param progress told how many pages have been read so far
   */
  PageWriter(ImageWriter out, LongConsumer progress) {
    this.out = out;
    this.progress = progress;
  }

  /**
   * Writes all pages of some ranges.
   *
   * @param owner the object the addresses belong to
   * @param zerosCount whether a zero page must be told of, or is what a missing page is anyway
   */
  void write(int owner, List<PageRange> ranges, boolean zerosCount, Source source)
      throws IOException {
    for (PageRange range : ranges) {
      long at = range.address();
      while (at != range.end()) {
        long room = MAX_PAGES - gatheredPages;
        long nrPages = Math.min(room, (range.end() - at) / PageRange.PAGE_SIZE);
        gathered.add(new PageRange(at, nrPages));
        gatheredPages += nrPages;
        at += nrPages * PageRange.PAGE_SIZE;
        if (gatheredPages == MAX_PAGES || gathered.size() == MAX_RUNS) {
          flush(owner, zerosCount, source);
        }
      }
    }
    flush(owner, zerosCount, source);
  }

  private void flush(int owner, boolean zerosCount, Source source) throws IOException {
    if (gathered.isEmpty()) {
      return;
    }
    pages.clear();
    source.read(gathered, pages);
    pages.flip();
    List<PageRun> runs = new ArrayList<>();
    int kept = 0;
    int read = 0;
    for (PageRange range : gathered) {
      for (long at = range.address(); at != range.end(); at += PageRange.PAGE_SIZE) {
        boolean zero = isZero(read);
        if (!zero) {
          keep(read, kept);
          kept += PageRange.PAGE_SIZE;
          append(runs, at, PageKind.DATA);
          nrData++;
        } else if (zerosCount) {
          append(runs, at, PageKind.ZERO);
          nrZero++;
        }
        read += PageRange.PAGE_SIZE;
      }
    }
    gathered.clear();
    nrRead += gatheredPages;
    gatheredPages = 0;
    progress.accept(nrRead);
    if (!runs.isEmpty()) {
      out.writePages(new PageArray(owner, runs), pages.slice(0, kept));
    }
  }

  private boolean isZero(int offset) {
    return pages.slice(offset, PageRange.PAGE_SIZE).mismatch(ZEROS) < 0;
  }

  private void keep(int from, int to) {
    if (from != to) {
      pages.put(to, pages, from, PageRange.PAGE_SIZE);
    }
  }

  private static void append(List<PageRun> runs, long addr, PageKind kind) {
    if (!runs.isEmpty()) {
      PageRun last = runs.get(runs.size() - 1);
      if (last.end() == addr && last.kind() == kind) {
        runs.set(runs.size() - 1, new PageRun(last.addr(), last.nrPages() + 1, kind));
        return;
      }
    }
    runs.add(new PageRun(addr, 1, kind));
  }

  MmCheckpoint.PageCounts counts() {
    return new MmCheckpoint.PageCounts(nrData, nrZero);
  }
}
