package dev.ckpt.format;

import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Some pages of an image, and of all that it builds on, as page arrays; the others are not read.
 * There is nothing behind them: the tail was checked when the file was opened.
 *
 * <p>The pages of the last two arrays stay good.
 *
 * <p>Threading: may go from thread to thread, one at a time.
 */
public final class SelectedPages implements PageStream {
  private static final int BUFFER_BYTES = Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE;

  /**
   * Pages that are wanted.
   *
   * @param owner what they belong to
   * @param addr of the first byte
   * @param end behind the last one
   */
  public record Range(int owner, long addr, long end) {}

  private final ImageChain image;
  private final ArrayDeque<Range> ranges;
  private final ByteBuffer[] buffers = new ByteBuffer[2];
  private int turn;
  private Optional<ByteBuffer> pages = Optional.empty();

  /**
   * Pages of an image.
   *
   * @param image made by {@link ImageChain#from}; stays open as long as this is used
   * @param ranges in ascending order of what belongs together
   */
  public SelectedPages(ImageChain image, List<Range> ranges) {
    this.image = image;
    this.ranges = new ArrayDeque<>(ranges);
  }

  @Override
  public Optional<ImageObject> next() throws IOException {
    pages = Optional.empty();
    while (!ranges.isEmpty()) {
      Range range = ranges.removeFirst();
      ByteBuffer into = buffer();
      List<PageRun> runs = new ArrayList<>();
      long at = range.addr();
      while (at < range.end() && into.hasRemaining() && runs.size() < Limits.MAX_ARRAY_RUNS) {
        at =
            image.read(
                range.owner(),
                at,
                range.end(),
                into,
                run -> FoldedPages.append(runs, run.addr(), run.nrPages(), run.kind()));
      }
      if (at < range.end()) {
        ranges.addFirst(new Range(range.owner(), at, range.end()));
      }
      if (!runs.isEmpty()) {
        pages = Optional.of(into.flip().asReadOnlyBuffer());
        turn = (turn + 1) % buffers.length;
        return Optional.of(new ImageObject(0, 0, new PageArray(range.owner(), runs)));
      }
    }
    return Optional.empty();
  }

  private ByteBuffer buffer() {
    if (buffers[turn] == null) {
      buffers[turn] =
          ByteBuffer.allocateDirect(BUFFER_BYTES + Limits.PAGE_SIZE)
              .alignedSlice(Limits.PAGE_SIZE)
              .slice(0, BUFFER_BYTES);
    }
    return buffers[turn].clear();
  }

  @Override
  public ByteBuffer pages() {
    return pages.orElseThrow(() -> new IllegalStateException("no page array")).duplicate();
  }
}
