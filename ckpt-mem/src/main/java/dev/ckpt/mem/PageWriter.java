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
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Cuts page ranges into page arrays: reads at most 1 MiB of pages at a time, takes out the zero
 * pages, and has what is left written with its table.
 */
final class PageWriter {
  /** Where pages come from. */
  interface Source {
    /**
     * Reads ranges one after another to the buffer's position.
     *
     * @param beside whether this is the thread beside the caller's
     */
    void read(List<PageRange> ranges, ByteBuffer into, boolean beside) throws CkptException;
  }

  /**
   * How pages are to be treated.
   *
   * @param zerosCount whether a zero page must be told of, or is what a missing page is anyway
   * @param anyThread whether they can be read by another thread than the caller's
   */
  record Manner(boolean zerosCount, boolean anyThread) {}

  /** Pages that will be in the next array. */
  private record Gathered(PageRange range, Manner manner) {}

  private static final long ARRAY_BYTES = PageQueue.BUFFER_BYTES;
  private static final int MAX_PAGES = PageQueue.BUFFER_BYTES / PageRange.PAGE_SIZE;
  private static final int MAX_RUNS = 256;

  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(PageRange.PAGE_SIZE).asReadOnlyBuffer();

  private final PageQueue out;
  private final List<Gathered> gathered = new ArrayList<>();
  private long gatheredPages;
  private int owner;
  private Source source = (ranges, into, beside) -> {};
  private final LongConsumer progress;
  private final LongAdder nrData = new LongAdder();
  private final LongAdder nrZero = new LongAdder();
  private long nrRead;

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
   * @param from the same in all calls for this owner
   */
  void write(int of, List<PageRange> ranges, Manner manner, Source from) throws IOException {
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
        gathered.add(new Gathered(new PageRange(at, nrPages), manner));
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
    List<Gathered> next = List.copyOf(gathered);
    int of = owner;
    Source from = source;
    gathered.clear();
    int nrPages = (int) gatheredPages;
    nrRead += nrPages;
    gatheredPages = 0;
    out.add(
        next.size(),
        nrPages,
        next.stream().allMatch(each -> each.manner().anyThread()),
        (into, beside) -> {
          from.read(next.stream().map(Gathered::range).toList(), into, beside);
          return cut(of, next, into.flip());
        });
    progress.accept(nrRead);
  }

  /** Takes the zero pages out; on whatever thread read them. */
  private Optional<PageArray> cut(int of, List<Gathered> read, ByteBuffer pages) {
    List<PageRun> runs = new ArrayList<>();
    int kept = 0;
    int from = 0;
    for (Gathered each : read) {
      PageRange range = each.range();
      for (long at = range.address(); at != range.end(); at += PageRange.PAGE_SIZE) {
        // NB: most pages are told apart by their first word, which makes no object for each.
        boolean zero =
            pages.getLong(from) == 0 && pages.slice(from, PageRange.PAGE_SIZE).mismatch(ZEROS) < 0;
        if (!zero) {
          if (from != kept) {
            pages.put(kept, pages, from, PageRange.PAGE_SIZE);
          }
          kept += PageRange.PAGE_SIZE;
          append(runs, at, PageKind.DATA);
        } else if (each.manner().zerosCount()) {
          append(runs, at, PageKind.ZERO);
          nrZero.increment();
        }
        from += PageRange.PAGE_SIZE;
      }
    }
    nrData.add(kept / PageRange.PAGE_SIZE);
    pages.limit(kept);
    return runs.isEmpty() ? Optional.empty() : Optional.of(new PageArray(of, runs));
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

  /** Waits until all pages were read, and tells how many of them are in the image, or will be. */
  MmCheckpoint.PageCounts finish() throws IOException {
    flush();
    out.awaitRead();
    return new MmCheckpoint.PageCounts(nrData.sum(), nrZero.sum(), 0);
  }
}
