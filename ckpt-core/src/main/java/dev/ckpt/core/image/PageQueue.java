package dev.ckpt.core.image;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.MappedMemory;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.Future;

/**
 * Page arrays on their way into an image: whoever reads pages out of a task puts them here, and
 * another thread computes their checksums and writes them meanwhile.
 *
 * <p>It holds 16 arrays. So a small task can run again as soon as its pages were read, and a large
 * one when its last ones were; what is left is written while it runs.
 *
 * <p>Threading: one thread at a time. From the first {@link #put} to the end of {@link #finish} the
 * image writer belongs to the queue.
 *
 * <p>Blocks: as the image's channel does, when all buffers are full, in {@link #finish} and in
 * {@link #close}.
 */
public final class PageQueue implements AutoCloseable {
  /** Bytes of one buffer: the pages of the largest page array. */
  public static final int BUFFER_BYTES = Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE;

  private static final int NR_BUFFERS = 16;

  private final ImageWriter writer;
  private final MappedMemory memory;
  private final SideThread thread = new SideThread("image-writer");
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

  /** The arrays that are not known to be written, in their order; each gives back its buffer. */
  private final ArrayDeque<Future<ByteBuffer>> pending = new ArrayDeque<>();

  private PageQueue(ImageWriter writer, MappedMemory memory) {
    this.writer = writer;
    this.memory = memory;
    for (int i = 0; i < NR_BUFFERS; i++) {
      free.add(memory.view(i * BUFFER_BYTES, BUFFER_BYTES));
    }
    // NB: the frozen task would wait for the kernel to find and clear these pages.
    thread.submit(
        () -> {
          memory.populate();
          return memory;
        });
  }

  /** Begins a queue into an image. */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static PageQueue into(ImageWriter writer) throws SyscallException {
    return new PageQueue(writer, MappedMemory.map(NR_BUFFERS * BUFFER_BYTES));
  }

  /**
   * A direct buffer of {@link #BUFFER_BYTES} at a page boundary, to be filled and {@link #put}.
   *
   * @throws IOException what writing an earlier array has failed with
   */
  public ByteBuffer take() throws IOException {
    return free.isEmpty() ? Outcome.of(pending.remove()).clear() : free.remove();
  }

  /**
   * Has an array written.
   *
   * @param buffer that was taken, with the pages of the table from its begin to its limit
   */
  public void put(PageArray table, ByteBuffer buffer) {
    pending.add(
        thread.submit(
            () -> {
              writer.writePages(table, buffer);
              return buffer;
            }));
  }

  /** Waits until everything is written. */
  public void finish() throws IOException {
    while (!pending.isEmpty()) {
      Outcome.of(pending.remove());
    }
  }

  /** Drops what was not begun to be written, and ends the thread. */
  @Override
  public void close() {
    thread.close();
    memory.close();
  }
}
