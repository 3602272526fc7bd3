package dev.ckpt.core.image;

import dev.ckpt.format.Limits;
import dev.ckpt.format.record.PageArray;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Where page arrays will stand in the image, before those ahead of them are written: there, if none
 * of those loses a page, and most do not. An array that is read into such a place need not be
 * moved.
 *
 * <p>No two places overlap, and none overlaps what is written meanwhile: an array that loses pages
 * ends sooner, whatever that does to its table. When one did, those that were to stand behind it
 * are moved; until they are, no new place is given out.
 *
 * <p>Threading: one thread at a time.
 */
final class Places {
  private final ImageWindow window;

  /** Arrays that are not written, in their order. */
  private final ArrayDeque<Array> ahead = new ArrayDeque<>();

  /** The number of the first of them. */
  private long first;

  /** Where its object begins. */
  private long begin;

  /** An array that is to come. */
  private static final class Array {
    private final int nrRuns;
    private final int nrPages;

    /** Where its object begins if none before it loses a page, of one that has its place there. */
    private long claimed = NONE;

    Array(int nrRuns, int nrPages) {
      this.nrRuns = nrRuns;
      this.nrPages = nrPages;
    }

    long pages(long begin) {
      return PageArray.pagesOffset(begin, nrRuns);
    }

    long end(long begin) {
      return pages(begin) + (long) nrPages * Limits.PAGE_SIZE;
    }
  }

  private static final long NONE = -1;

  /**
   * Begins.
   *
   * @param begin where the first array's object will begin
   */
  Places(ImageWindow window, long begin) {
    this.window = window;
    this.begin = begin;
  }

  /**
   * Says that an array will come behind those before it.
   *
   * @param nrRuns the most that its table can have before any page is taken out of it
   */
  void add(int nrRuns, int nrPages) {
    ahead.add(new Array(nrRuns, nrPages));
  }

  /**
   * A place for the pages of an array.
   *
   * @param number how many came before it
   * @return nothing when it must be read elsewhere
   */
  Optional<ByteBuffer> claim(long number) {
    long at = begin;
    long i = first;
    for (Array each : ahead) {
      if (i == number) {
        Optional<ByteBuffer> place = window.place(each.pages(at), each.nrPages);
        each.claimed = place.isPresent() ? at : NONE;
        return place;
      }
      if (each.claimed != NONE && each.claimed != at) {
        return Optional.empty();
      }
      at = each.end(at);
      i++;
    }
    throw new IllegalArgumentException("there is no array " + number);
  }

  /**
   * Says that the first of those that were to come is in the image.
   *
   * @param end where the next object begins
   */
  void written(long end) {
    ahead.remove();
    first++;
    begin = end;
  }
}
