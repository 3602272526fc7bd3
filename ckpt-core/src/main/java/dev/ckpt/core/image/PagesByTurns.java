package dev.ckpt.core.image;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.kernel.MappedMemory;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import dev.ckpt.format.SummedPages;
import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * Both threads do the same: take the next array, read it and sum it up. Where the image has a
 * window, most arrays are read to where they will stand, and nothing is left to write but their
 * tables; the rest are written out of a buffer that is still in the cache of that CPU. Whoever has
 * the array that comes next writes it, and what the other one has ready behind it.
 *
 * <p>Blocks: {@link #add} and {@link #awaitRead} as the image's channel does, which is a file.
 */
final class PagesByTurns implements PageQueue {
  /** How many arrays wait, so that no thread need wait for one. */
  private static final int NR_WAITING = 4;

  /** For the state, for tables of more than a page, and what the task gets until it is frozen. */
  private static final int SLACK_PAGES = 256;

  /** How much is made ready before somebody is asked whether it is still wanted. */
  private static final long POPULATED_BYTES = 16 << 20;

  private static final int OURS = 0;
  private static final int THEIRS = BUFFER_BYTES;
  private static final int SPARE = 2 * BUFFER_BYTES;
  private static final int NR_BUFFERS = 3;

  private final ImageWriter writer;
  private final MappedMemory memory;
  private Optional<ImageWindow> window;

  /** Of the window; from the first array on. */
  private Optional<Places> places = Optional.empty();

  private final SideThread thread = new SideThread("image-writer");
  private Optional<Future<Void>> beside = Optional.empty();

  // All that follows is guarded by this object.

  /** What nobody has taken yet. */
  private final ArrayDeque<Array> waiting = new ArrayDeque<>();

  /** What was read and not written, by number. */
  private final Map<Long, Ready> ready = new HashMap<>();

  private long nrAdded;
  private long nrWritten;
  private boolean writing;

  /** Whether no more will come, so that the other thread may end. */
  private boolean allAdded;

  /** Whether an array is missing: nothing must be written behind it. */
  private boolean failed;

  /** An array that is to be read. */
  private record Array(long number, boolean anyThread, Reading reading) {}

  /**
   * An array that was read.
   *
   * @param pages nothing when none is left of it
   * @param inPlace whether they are in the window
   */
  private record Ready(Optional<SummedPages> pages, boolean inPlace) {}

  private PagesByTurns(ImageWriter writer, Optional<ImageWindow> window, MappedMemory memory) {
    this.writer = writer;
    this.memory = memory;
    this.window = window;
  }

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static PagesByTurns into(ImageWriter writer, ImageOutput output, long expectedBytes)
      throws IOException {
    // NB: what a cipher makes of pages is no page, and what it is made of must not get into a file.
    Optional<ImageWindow> window =
        writer.seals() ? Optional.empty() : output.window(lenInImage(expectedBytes));
    Optional<PagesByTurns> pages = Optional.empty();
    boolean done = false;
    try {
      pages =
          Optional.of(
              new PagesByTurns(writer, window, MappedMemory.map(NR_BUFFERS * BUFFER_BYTES)));
      pages.get().populate(output);
      done = true;
      return pages.get();
    } finally {
      if (!done) {
        pages.ifPresentOrElse(PagesByTurns::close, () -> window.ifPresent(ImageWindow::close));
      }
    }
  }

  /** Each array has a page for its table. */
  private static long lenInImage(long expectedBytes) {
    long pages = expectedBytes / Limits.PAGE_SIZE;
    return (pages + pages / Limits.MAX_ARRAY_DATA_PAGES + SLACK_PAGES) * Limits.PAGE_SIZE;
  }

  /** Has all memory ready, for the frozen task would wait for the kernel to find and clear it. */
  private void populate(ImageOutput output) throws IOException {
    memory.populate(0, NR_BUFFERS * BUFFER_BYTES);
    if (window.isPresent() && !populate(window.get(), output)) {
      window.get().close();
      window = Optional.empty();
    }
  }

  private boolean populate(ImageWindow all, ImageOutput output) throws IOException {
    long half = all.lenBytes() / 2 & -Limits.PAGE_SIZE;
    Future<Boolean> upper = thread.submit(() -> populate(all, half, all.lenBytes(), output));
    boolean lower = populate(all, 0, half, output);
    return Outcome.of(upper) && lower;
  }

  /** NB: where a host has to find the memory first, this takes seconds. */
  private static boolean populate(ImageWindow all, long from, long to, ImageOutput output)
      throws IOException {
    boolean done = true;
    for (long at = from; done && at != to; ) {
      output.requireWanted();
      long end = Math.min(to, at + POPULATED_BYTES);
      done = all.populate(at, end);
      at = end;
    }
    return done;
  }

  @Override
  public void add(int nrRuns, int nrPages, boolean anyThread, Reading reading) throws IOException {
    if (beside.isEmpty()) {
      begin();
    }
    synchronized (this) {
      waiting.add(new Array(nrAdded, anyThread, reading));
      places.ifPresent(all -> all.add(nrRuns, nrPages));
      nrAdded++;
      notifyAll();
    }
    readUntil(NR_WAITING);
    if (beside.get().isDone()) {
      Outcome.of(beside.get());
    }
  }

  private void begin() {
    if (places.isEmpty()) {
      places = window.map(open -> new Places(open, writer.offset()));
    }
    allAdded = false;
    beside = Optional.of(thread.submit(this::readBeside));
  }

  /** Has the caller's thread read until fewer wait than that. */
  private void readUntil(int nr) throws IOException {
    for (Optional<Array> next = takeOf(nr); next.isPresent(); next = takeOf(nr)) {
      read(next.get(), OURS);
    }
  }

  private synchronized Optional<Array> takeOf(int nr) {
    return failed || waiting.size() < nr ? Optional.empty() : Optional.of(waiting.remove());
  }

  private Void readBeside() throws IOException {
    for (Optional<Array> next = awaitNext(); next.isPresent(); next = awaitNext()) {
      read(next.get(), THEIRS);
    }
    return null;
  }

  /** The next array that is not for the caller alone; nothing when there will be none. */
  private synchronized Optional<Array> awaitNext() throws IOException {
    while (!failed) {
      for (Iterator<Array> i = waiting.iterator(); i.hasNext(); ) {
        Array next = i.next();
        if (next.anyThread) {
          i.remove();
          return Optional.of(next);
        }
      }
      if (allAdded) {
        break;
      }
      await();
    }
    return Optional.empty();
  }

  /** Reads an array, and sees to it that it is written. */
  private void read(Array array, int buffer) throws IOException {
    boolean done = false;
    try {
      Optional<ByteBuffer> place = claim(array.number);
      ByteBuffer pages = place.orElse(memory.view(buffer, BUFFER_BYTES));
      Optional<PageArray> table = array.reading.read(pages, buffer == THEIRS);
      write(array.number, new Ready(table.map(own -> writer.sum(own, pages)), place.isPresent()));
      done = true;
    } finally {
      if (!done) {
        fail();
      }
    }
  }

  private synchronized Optional<ByteBuffer> claim(long number) {
    return places.flatMap(all -> all.claim(number));
  }

  /** What is in the window can wait; the buffer of what is not is needed for the next array. */
  private void write(long number, Ready array) throws IOException {
    synchronized (this) {
      ready.put(number, array);
    }
    writeReady();
    synchronized (this) {
      while (!array.inPlace && nrWritten <= number && !failed) {
        await();
      }
    }
  }

  /** Writes all that can be written, unless the other thread is about it. */
  private void writeReady() throws IOException {
    for (Optional<Ready> next = beginWrite(); next.isPresent(); next = endWrite()) {
      Optional<SummedPages> pages = next.get().pages;
      if (pages.isPresent()) {
        writer.write(
            next.get().inPlace && !isRight(pages.get())
                ? pages.get().copiedTo(memory.view(SPARE, BUFFER_BYTES))
                : pages.get());
      }
    }
  }

  private synchronized Optional<Ready> beginWrite() {
    if (writing || failed) {
      return Optional.empty();
    }
    Optional<Ready> next = Optional.ofNullable(ready.remove(nrWritten));
    writing = next.isPresent();
    return next;
  }

  private synchronized Optional<Ready> endWrite() {
    writing = false;
    nrWritten++;
    places.ifPresent(all -> all.written(writer.offset()));
    notifyAll();
    return beginWrite();
  }

  /** Whether an array stands where it was to stand. */
  private boolean isRight(SummedPages array) {
    return window.orElseThrow().holds(array.pages(), array.table().pagesOffset(writer.offset()));
  }

  private synchronized void fail() {
    failed = true;
    notifyAll();
  }

  /** Waits until something has changed. On this object. */
  private void await() throws InterruptedIOException {
    try {
      wait();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  @Override
  public void awaitRead() throws IOException {
    readUntil(1);
    synchronized (this) {
      allAdded = true;
      notifyAll();
    }
    if (beside.isPresent()) {
      Outcome.of(beside.get());
      beside = Optional.empty();
    }
  }

  @Override
  public void finish() throws IOException {
    awaitRead();
  }

  @Override
  public void close() {
    fail();
    thread.close();
    memory.close();
    window.ifPresent(ImageWindow::close);
  }
}
