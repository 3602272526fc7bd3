package dev.ckpt.rstr;

import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.core.thread.Turns;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * Both threads do the same: when their turn has come read the next page array of an image and check
 * it, and then put it into the new task, out of a buffer that is still in the cache of that CPU.
 * While one reads the other fills.
 *
 * <p>Threading: one thread. Until it is closed the stream belongs to it.
 *
 * <p>Blocks: as the image's channel does; {@link #close} too, while a read is under way.
 */
final class PagesByTurns implements AutoCloseable {
  /** How many page arrays the reader must keep: that which is filled while the next one is read. */
  static final int NR_KEPT = 1;

  /** What is to be done with an array; called in turn, so in the order of the stream. */
  interface Taking {
    /** Takes an array with the pages of its DATA runs, good until it is filled. */
    Filling take(ImageObject array, ByteBuffer pages) throws CkptException;
  }

  /** What is done with an array beside the others. */
  interface Filling {
    /** Fills the task; not in turn. */
    void fill(PageFiller filler) throws CkptException;

    /** Whether another thread than the caller's may do it. */
    default boolean anyThread() {
      return true;
    }
  }

  private final PageStream stream;
  private final Taking taking;
  private final SideThread thread = new SideThread("image-reader");
  private final Turns turns = new Turns();

  /** What the other thread has taken for the caller's, to be done before it takes anything. */
  private Optional<Filling> left = Optional.empty();

  PagesByTurns(PageStream stream, Taking taking) {
    this.stream = stream;
    this.taking = taking;
  }

  /**
   * Fills all arrays, and reads on behind the last one to the tail, which is checked.
   *
   * @param ours for the caller's thread
   * @param theirs for the other one
   */
  void fillAll(PageFiller ours, PageFiller theirs) throws IOException {
    Future<Void> beside = thread.submit(() -> fillEverySecond(1, theirs));
    fillEverySecond(0, ours);
    Outcome.of(beside);
  }

  /** The same on the caller's thread alone. */
  void fillAlone(PageFiller filler) throws IOException {
    for (Optional<Filling> next = read(); next.isPresent(); next = read()) {
      next.get().fill(filler);
    }
  }

  private Void fillEverySecond(long first, PageFiller filler) throws IOException {
    boolean isBeside = first != 0;
    boolean done = false;
    try {
      for (long number = first; turns.await(number); number += 2) {
        if (left.isPresent()) {
          left.get().fill(filler);
          left = Optional.empty();
        }
        Optional<Filling> filling = read();
        if (filling.isEmpty()) {
          turns.end();
        } else if (isBeside && !filling.get().anyThread()) {
          left = filling;
          turns.pass(number);
        } else {
          turns.pass(number);
          filling.get().fill(filler);
        }
      }
      done = true;
    } finally {
      if (!done) {
        turns.end();
      }
    }
    return null;
  }

  /** Reads on to the next page array, or to the end of the stream. */
  private Optional<Filling> read() throws IOException {
    for (Optional<ImageObject> next = stream.next(); next.isPresent(); next = stream.next()) {
      if (next.get().record() instanceof PageArray) {
        return Optional.of(taking.take(next.get(), stream.pages()));
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    turns.end();
    thread.close();
  }
}
