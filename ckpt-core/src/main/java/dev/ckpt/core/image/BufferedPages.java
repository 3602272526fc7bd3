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
import java.util.concurrent.Future;

/**
 * The caller reads and the other thread writes: for whoever takes an image at a pace of his own.
 * There is room for 16 arrays, so that a small task can run again as soon as its pages were read.
 *
 * <p>Blocks: {@link #add} when all buffers are full.
 */
final class BufferedPages implements PageQueue {
  static final int NR_BUFFERS = 16;

  private final ImageWriter writer;
  private final MappedMemory memory;
  private final SideThread thread = new SideThread("image-writer");
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

  /** The arrays that are not known to be written, in their order; each gives back its buffer. */
  private final ArrayDeque<Future<ByteBuffer>> pending = new ArrayDeque<>();

  private BufferedPages(ImageWriter writer, MappedMemory memory) {
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

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static BufferedPages into(ImageWriter writer) throws SyscallException {
    return new BufferedPages(writer, MappedMemory.map(NR_BUFFERS * BUFFER_BYTES));
  }

  @Override
  public void add(Reading reading, boolean anyThread) throws IOException {
    ByteBuffer buffer = free.isEmpty() ? Outcome.of(pending.remove()).clear() : free.pop();
    Optional<PageArray> table = reading.read(buffer, false);
    if (table.isEmpty()) {
      free.push(buffer.clear());
      return;
    }
    pending.add(
        thread.submit(
            () -> {
              writer.writePages(table.get(), buffer);
              return buffer;
            }));
  }

  @Override
  public void awaitRead() {
    // Whatever was added was read then.
  }

  @Override
  public void finish() throws IOException {
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
