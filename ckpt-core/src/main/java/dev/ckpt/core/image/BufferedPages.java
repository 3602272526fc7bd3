package dev.ckpt.core.image;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.MappedMemory;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * All is read before anything is written, as far as there is room: 16 arrays. So a small task can
 * run again as soon as its pages were read, by both threads, whatever becomes of the image. From
 * then on the caller reads and the other thread writes: for whoever takes an image at a pace of his
 * own.
 *
 * <p>Blocks: {@link #add} when all buffers are full.
 */
final class BufferedPages implements PageQueue {
  private static final int NR_BUFFERS = 16;

  /** How much there is room for. */
  static final int LEN_BYTES = NR_BUFFERS * BUFFER_BYTES;

  private final ImageWriter writer;
  private final MappedMemory memory;
  private final SideThread thread = new SideThread("image-writer");
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

  /** The arrays that are read, or being read, in their order. */
  private final ArrayDeque<Read> read = new ArrayDeque<>();

  /** Those before them that are not known to be written; each gives back its buffer. */
  private final ArrayDeque<Future<ByteBuffer>> pending = new ArrayDeque<>();

  private int nrAdded;

  /** Whether an array is missing: nothing must be written behind it. */
  private volatile boolean failed;

  /** A buffer, and the table of what is read into it; none when no page of it is left. */
  private record Read(ByteBuffer buffer, Future<Optional<PageArray>> table) {}

  private BufferedPages(ImageWriter writer, MappedMemory memory, int expectedBytes) {
    this.writer = writer;
    this.memory = memory;
    for (int i = 0; i < NR_BUFFERS; i++) {
      free.add(memory.view(i * BUFFER_BYTES, BUFFER_BYTES));
    }
    // NB: the frozen task would wait for the kernel to find and clear these pages.
    thread.submit(
        () -> {
          memory.populate(0, expectedBytes);
          return memory;
        });
  }

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static BufferedPages into(ImageWriter writer, long expectedBytes) throws SyscallException {
    int len = (int) Math.min(LEN_BYTES, expectedBytes);
    return new BufferedPages(writer, MappedMemory.map(LEN_BYTES), len);
  }

  @Override
  public void add(int nrRuns, int nrPages, boolean anyThread, Reading reading) throws IOException {
    ByteBuffer buffer = takeBuffer();
    nrAdded++;
    boolean beside = anyThread && pending.isEmpty() && nrAdded % 2 == 1;
    read.add(
        new Read(
            buffer,
            beside
                ? thread.submit(() -> reading.read(buffer, true))
                : CompletableFuture.completedFuture(reading.read(buffer, false))));
  }

  private ByteBuffer takeBuffer() throws IOException {
    if (free.isEmpty()) {
      writeAll();
      return Outcome.of(pending.remove()).clear();
    }
    return free.pop();
  }

  /** Hands on what is read. NB: the other thread has read its part of it by the time it writes. */
  private void writeAll() {
    for (Read each = read.poll(); each != null; each = read.poll()) {
      Read next = each;
      pending.add(thread.submit(() -> write(next)));
    }
  }

  private ByteBuffer write(Read array) throws IOException {
    boolean done = false;
    try {
      Optional<PageArray> table = Outcome.of(array.table());
      if (table.isPresent() && !failed) {
        writer.writePages(table.get(), array.buffer());
      }
      done = true;
      return array.buffer();
    } finally {
      failed |= !done;
    }
  }

  @Override
  public void awaitRead() throws IOException {
    for (Read each : read) {
      Outcome.of(each.table());
    }
    writeAll();
  }

  @Override
  public void finish() throws IOException {
    awaitRead();
    while (!pending.isEmpty()) {
      Outcome.of(pending.remove());
    }
  }

  @Override
  public void close() {
    thread.close();
    memory.close();
  }
}
