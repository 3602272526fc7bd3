package dev.ckpt.core.image;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.MappedMemory;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.core.thread.Turns;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.SummedPages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * Both threads do the same: read an array and sum it up, and when its turn has come write it, out
 * of a buffer that is still in the cache of that CPU. While one writes the other reads.
 *
 * <p>Blocks: {@link #add} and {@link #awaitRead} as the image's channel does, which is a file.
 */
final class PagesByTurns implements PageQueue {
  private final ImageWriter writer;
  private final MappedMemory memory;
  private final ByteBuffer ours;
  private final ByteBuffer theirs;
  private final SideThread thread = new SideThread("image-writer");
  private final ArrayDeque<Future<Void>> beside = new ArrayDeque<>();

  /** What the caller's thread does when the other one has something to do as well. */
  private Optional<Reading> held = Optional.empty();

  private long nrAdded;

  /** Of writing; over when an array is missing, for nothing must be written behind it. */
  private final Turns turns = new Turns();

  private PagesByTurns(ImageWriter writer, MappedMemory memory) {
    this.writer = writer;
    this.memory = memory;
    this.ours = memory.view(0, BUFFER_BYTES);
    this.theirs = memory.view(BUFFER_BYTES, BUFFER_BYTES);
    memory.populate(2 * BUFFER_BYTES);
  }

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static PagesByTurns into(ImageWriter writer) throws SyscallException {
    return new PagesByTurns(writer, MappedMemory.map(2 * BUFFER_BYTES));
  }

  @Override
  public void add(Reading reading, boolean anyThread) throws IOException {
    boolean first = nrAdded == 0;
    long number = nrAdded++;
    if (anyThread && (first || held.isPresent())) {
      beside.add(thread.submit(() -> readAndWrite(number, reading, theirs, true)));
      doHeld(number - 1);
      while (!beside.isEmpty() && beside.peek().isDone()) {
        Outcome.of(beside.remove());
      }
    } else {
      doHeld(number - 1);
      held = Optional.of(reading);
    }
  }

  private void doHeld(long number) throws IOException {
    if (held.isPresent()) {
      Reading reading = held.get();
      held = Optional.empty();
      readAndWrite(number, reading, ours, false);
    }
  }

  private Void readAndWrite(long number, Reading reading, ByteBuffer buffer, boolean isBeside)
      throws IOException {
    boolean done = false;
    try {
      Optional<SummedPages> array =
          reading.read(buffer.clear(), isBeside).map(table -> writer.sum(table, buffer));
      if (turns.await(number) && array.isPresent()) {
        writer.write(array.get());
      }
      done = true;
    } finally {
      if (!done) {
        turns.end();
      }
      turns.pass(number);
    }
    return null;
  }

  @Override
  public void awaitRead() throws IOException {
    doHeld(nrAdded - 1);
    while (!beside.isEmpty()) {
      Outcome.of(beside.remove());
    }
  }

  @Override
  public void finish() throws IOException {
    awaitRead();
  }

  @Override
  public void close() {
    turns.end();
    thread.close();
    memory.close();
  }
}
