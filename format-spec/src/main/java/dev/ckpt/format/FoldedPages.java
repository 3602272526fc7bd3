package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image with all that it builds on, read as one that stands on its own: page arrays with the
 * pages of both, in ascending order.
 *
 * <p>The pages of the last two arrays stay good, whatever is read next, if the reader keeps one.
 *
 * <p>Threading: may go from thread to thread, one at a time.
 */
public final class FoldedPages implements PageStream {
  /** Where arrays end if they can: two of them are a huge page then. */
  private static final long ALIGNMENT = (long) Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE;

  /** Pages that follow one another, and where they are. */
  private record Piece(long addr, long end, Where where, int number) {}

  private enum Where {
    /** In the image's own array; the number is that of the first of these pages in it. */
    HERE,
    /** Nowhere: they are zero. */
    ZERO,
    /** In its parents; the number is the owner's there. */
    PARENT
  }

  private final PageStream image;
  private final ImageChain chain;

  /** What is still to come of the pages in parents, by owner. */
  private final Map<Integer, Waiting> waiting = new HashMap<>();

  /** The pages of the next arrays, of one owner. */
  private final ArrayDeque<Piece> pieces = new ArrayDeque<>();

  private int owner;
  private long offset;
  private ByteBuffer own = ByteBuffer.allocate(0);

  /** What the image has behind its page arrays, while pages of parents come before it. */
  private Optional<Optional<ImageObject>> held = Optional.empty();

  private final ByteBuffer[] buffers = new ByteBuffer[2];
  private int turn;
  private Optional<ByteBuffer> folded = Optional.empty();

  /** The pages of one owner in parents, and how far they were taken. */
  private static final class Waiting {
    private final PageIndex runs;
    private int next;

    Waiting(PageIndex runs) {
      this.runs = runs;
    }

    boolean has() {
      return next < runs.size();
    }

    long addr() {
      return runs.get(next).addr();
    }

    Piece take() {
      Index.Entry run = runs.get(next++);
      return new Piece(run.addr(), run.end(), Where.PARENT, run.owner());
    }
  }

  /**
   * Reads on from the first page array.
   *
   * @param image of which the state was read
   * @param chain all that it builds on; stays open as long as this is used
   */
  public FoldedPages(PageStream image, ImageChain chain) {
    this.image = image;
    this.chain = chain;
    chain.pages().forEach((key, runs) -> waiting.put(key, new Waiting(runs)));
  }

  @Override
  public Optional<ImageObject> next() throws IOException {
    while (true) {
      if (!pieces.isEmpty()) {
        Optional<ImageObject> array = fold();
        if (array.isPresent()) {
          return array;
        }
        continue;
      }
      folded = Optional.empty();
      if (held.isPresent()) {
        if (takeRest()) {
          continue;
        }
        Optional<ImageObject> behind = held.get();
        held = Optional.empty();
        return behind;
      }
      Optional<ImageObject> next = image.next();
      if (next.isPresent() && next.get().record() instanceof PageArray array) {
        if (!take(next.get().offset(), array)) {
          return next;
        }
      } else if (waiting.isEmpty()) {
        return next;
      } else {
        held = Optional.of(next);
      }
    }
  }

  /** Takes an array apart, unless no page of a parent comes before its end. */
  private boolean take(long at, PageArray array) throws CorruptImageException {
    Waiting parents = waiting.get(array.owner());
    if (parents == null || !parents.has() || parents.addr() >= array.end()) {
      return false;
    }
    owner = array.owner();
    offset = at;
    own = image.pages();
    long end = 0;
    int nrData = 0;
    for (PageRun run : array.runs()) {
      while (parents.has() && parents.addr() < run.addr()) {
        pieces.add(parents.take());
      }
      end = pieces.isEmpty() ? 0 : pieces.getLast().end();
      if (end > run.addr() || parents.has() && parents.addr() < run.end()) {
        throw new CorruptImageException(
            at,
            ObjectType.PAGE_ARRAY.name(),
            "no pages that are in the parent",
            "some at " + Long.toHexString(run.addr()));
      }
      boolean data = run.kind() == PageKind.DATA;
      pieces.add(new Piece(run.addr(), run.end(), data ? Where.HERE : Where.ZERO, nrData));
      nrData += data ? (int) run.nrPages() : 0;
    }
    return true;
  }

  /** Takes what is left of one owner's pages in parents. */
  private boolean takeRest() {
    for (Map.Entry<Integer, Waiting> each : waiting.entrySet()) {
      if (each.getValue().has()) {
        owner = each.getKey();
        // NB: a part at a time, for there may be millions of runs.
        for (int i = 0; i < Limits.MAX_ARRAY_RUNS && each.getValue().has(); i++) {
          pieces.add(each.getValue().take());
        }
        return true;
      }
    }
    waiting.clear();
    return false;
  }

  /** Makes an array of the first pieces; nothing if parents have none of these pages. */
  private Optional<ImageObject> fold() throws IOException {
    ByteBuffer into = buffer();
    List<PageRun> runs = new ArrayList<>();
    long from = pieces.getFirst().addr();
    while (!pieces.isEmpty() && into.hasRemaining() && runs.size() < Limits.MAX_ARRAY_RUNS - 1) {
      Piece piece = pieces.getFirst();
      boolean cut = into.position() > 0 && (piece.addr() & -ALIGNMENT) != (from & -ALIGNMENT);
      if (cut) {
        break;
      }
      pieces.removeFirst();
      from = piece.addr();
      long end = put(piece, into, runs);
      if (end != piece.end()) {
        int done = piece.where() == Where.HERE ? (int) ((end - piece.addr()) >>> 12) : 0;
        pieces.addFirst(new Piece(end, piece.end(), piece.where(), piece.number() + done));
        break;
      }
    }
    if (runs.isEmpty()) {
      return Optional.empty();
    }
    folded = Optional.of(into.flip().asReadOnlyBuffer());
    // NB: not for what became no array, or the pages of the last one would be overwritten.
    turn = (turn + 1) % buffers.length;
    return Optional.of(new ImageObject(offset, 0, new PageArray(owner, runs)));
  }

  private ByteBuffer buffer() {
    if (buffers[turn] == null) {
      int lenBytes = Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE;
      buffers[turn] =
          ByteBuffer.allocateDirect(lenBytes + Limits.PAGE_SIZE)
              .alignedSlice(Limits.PAGE_SIZE)
              .slice(0, lenBytes);
    }
    return buffers[turn].clear();
  }

  /** Puts pages of a piece as long as there is room, up to where an array should end. */
  private long put(Piece piece, ByteBuffer into, List<PageRun> runs) throws IOException {
    if (piece.where() == Where.ZERO) {
      runs.add(new PageRun(piece.addr(), (piece.end() - piece.addr()) >>> 12, PageKind.ZERO));
      return piece.end();
    }
    if (piece.where() == Where.HERE) {
      long end = Math.min(piece.end(), piece.addr() + room(piece.addr(), into));
      int lenBytes = (int) (end - piece.addr());
      into.put(own.slice(piece.number() * Limits.PAGE_SIZE, lenBytes));
      append(runs, piece.addr(), lenBytes / Limits.PAGE_SIZE, PageKind.DATA);
      return end;
    }
    long addr = piece.addr();
    boolean full = false;
    while (addr != piece.end() && !full && runs.size() < Limits.MAX_ARRAY_RUNS) {
      long before = addr;
      into.limit(into.position() + room(addr, into));
      addr =
          chain.read(
              piece.number(),
              addr,
              piece.end(),
              into,
              run -> append(runs, run.addr(), run.nrPages(), run.kind()));
      into.limit(into.capacity());
      full = into.position() > 0 && (addr & -ALIGNMENT) != (before & -ALIGNMENT);
      full |= !into.hasRemaining();
    }
    return addr;
  }

  /** Room for pages from an address on, up to where an array should end. */
  private static int room(long addr, ByteBuffer into) {
    return (int) Math.min(ALIGNMENT - (addr & ALIGNMENT - 1), into.capacity() - into.position());
  }

  /** Adds pages of one kind behind others, to the last run if that goes on in them. */
  static void append(List<PageRun> runs, long addr, long nrPages, PageKind kind) {
    PageRun last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
    if (last != null
        && last.end() == addr
        && last.kind() == kind
        && last.nrPages() + nrPages <= Limits.MAX_RUN_PAGES) {
      runs.set(runs.size() - 1, new PageRun(last.addr(), last.nrPages() + nrPages, kind));
    } else {
      runs.add(new PageRun(addr, nrPages, kind));
    }
  }

  @Override
  public ByteBuffer pages() {
    return folded.isPresent() ? folded.get().duplicate() : image.pages();
  }
}
