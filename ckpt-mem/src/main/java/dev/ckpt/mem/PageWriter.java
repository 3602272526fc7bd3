package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.checkpoint.MmCheckpoint;
import dev.ckpt.core.image.PageQueue;
import dev.ckpt.error.CkptException;
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
 * pages, and has what is left written with its table.
 */
final class PageWriter {
  /** Where pages come from. */
  interface Source {
    /** Reads ranges one after another to the buffer's position. */
    void read(List<PageRange> ranges, ByteBuffer into) throws CkptException;
  }

  /** Pages that will be in the next array. */
  private record Gathered(PageRange range, boolean zerosCount) {}

  private static final long ARRAY_BYTES = PageQueue.BUFFER_BYTES;
  private static final int MAX_PAGES = PageQueue.BUFFER_BYTES / PageRange.PAGE_SIZE;
  private static final int MAX_RUNS = 256;

  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(PageRange.PAGE_SIZE).asReadOnlyBuffer();

  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final PageQueue out;

  /** Where pages are read to; {@link #NONE} when it was put into the queue. */
  private ByteBuffer pages = NONE;

  private final List<Gathered> gathered = new ArrayList<>();
  private long gatheredPages;
  private int owner;
  private Source source = (ranges, into) -> {};
  private final LongConsumer progress;
  private long nrRead;
  private long nrData;
  private long nrZero;

  /**
   * Writes to an image.
   *
   * @param out is finished by the caller
   * @param progress told how many pages have been read so far
   */
  PageWriter(PageQueue out, LongConsumer progress) {
    this.out = out;
    this.progress = progress;
  }

  /**
   * Writes all pages of some ranges, some of them with those of the next call for this owner: a
   * task may have thousands of mappings of a page or two, and an array begins at a whole page.
   *
   * @param of the object the addresses belong to; they ascend from call to call
   * @param zerosCount whether a zero page must be told of, or is what a missing page is anyway
   * @param from the same in all calls for this owner
   */
  void write(int of, List<PageRange> ranges, boolean zerosCount, Source from) throws IOException {
    if (of != owner) {
      flush();
      owner = of;
      source = from;
    }
    for (PageRange range : ranges) {
      long at = range.address();
      while (at != range.end()) {
        long room = MAX_PAGES - gatheredPages;
        long nrPages = Math.min(room, (stopIn(range, at) - at) / PageRange.PAGE_SIZE);
        gathered.add(new Gathered(new PageRange(at, nrPages), zerosCount));
        gatheredPages += nrPages;
        at += nrPages * PageRange.PAGE_SIZE;
        if (gatheredPages == MAX_PAGES
            || gathered.size() == MAX_RUNS
            || at != range.end() && isAligned(at)) {
          flush();
        }
      }
    }
  }

  /**
   * Where to stop within a range, at the latest: where whole arrays begin at multiples of their
   * size, so that two of them are a huge page, for whoever reads them back.
   */
  private static long stopIn(PageRange range, long at) {
    long boundary = (at & -ARRAY_BYTES) + ARRAY_BYTES;
    return range.end() - boundary >= ARRAY_BYTES ? boundary : range.end();
  }

  private static boolean isAligned(long address) {
    return (address & ARRAY_BYTES - 1) == 0;
  }

  private void flush() throws IOException {
    if (gathered.isEmpty()) {
      return;
    }
    if (pages == NONE) {
      pages = out.take();
    }
    source.read(gathered.stream().map(Gathered::range).toList(), pages);
    pages.flip();
    List<PageRun> runs = new ArrayList<>();
    int kept = 0;
    int read = 0;
    for (Gathered each : gathered) {
      PageRange range = each.range();
      for (long at = range.address(); at != range.end(); at += PageRange.PAGE_SIZE) {
        boolean zero = isZero(read);
        if (!zero) {
          keep(read, kept);
          kept += PageRange.PAGE_SIZE;
          append(runs, at, PageKind.DATA);
          nrData++;
        } else if (each.zerosCount()) {
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
    if (runs.isEmpty()) {
      pages.clear();
    } else {
      out.put(new PageArray(owner, runs), pages.limit(kept));
      pages = NONE;
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

  /** Puts what is left into the queue, and tells how many pages were. */
  MmCheckpoint.PageCounts finish() throws IOException {
    flush();
    return new MmCheckpoint.PageCounts(nrData, nrZero);
  }
}
