package dev.ckpt.core.image;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Page arrays on their way into an image, by two threads: the caller's and one beside it.
 *
 * <p>Threading: one caller. From the first {@link #add} to the end of {@link #finish} the image
 * writer belongs to the queue.
 *
 * <p>Blocks: as the image's channel does, in {@link #finish} and {@link #close}; in {@link #add}
 * and {@link #awaitRead} as each way says.
 */
public interface PageQueue extends AutoCloseable {
  /** Bytes of one buffer: the pages of the largest page array. */
  int BUFFER_BYTES = Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE;

  /** Set by tests: small tasks too go as large ones do. */
  String BY_TURNS_ALWAYS = "ckpt.byTurns.always";

  /** A page array that is still to be read. */
  @FunctionalInterface
  interface Reading {
    /**
     * Reads it.
     *
     * @param into an empty direct buffer at a page boundary with room for all its pages; when it
     *     was read its pages are those up to the limit
     * @param beside whether this is the thread beside the caller's
     * @return its table; nothing when no page of it is left
     */
    Optional<PageArray> read(ByteBuffer into, boolean beside) throws IOException;
  }

  /**
   * Begins a queue into an image.
   *
   * @param output what the writer writes to
   * @param expectedBytes about how much there will be; if all of it finds room in the buffers, it
   *     need not wait for the writing
   */
  @MustBeClosed
  static PageQueue into(ImageWriter writer, ImageOutput output, long expectedBytes)
      throws IOException {
    boolean large = expectedBytes > BufferedPages.LEN_BYTES || Boolean.getBoolean(BY_TURNS_ALWAYS);
    return output.isPrompt() && large
        ? PagesByTurns.into(writer, output, expectedBytes)
        : BufferedPages.into(writer, expectedBytes);
  }

  /**
   * Has an array read and then written behind those before it.
   *
   * @param nrRuns the most runs its table can have if no page is taken out of it
   * @param nrPages how many pages are read
   * @param anyThread whether another thread than the caller's may read it
   * @throws IOException what this one or an earlier one has failed with
   */
  void add(int nrRuns, int nrPages, boolean anyThread, Reading reading) throws IOException;

  /** Waits until all that was added was read: the task is not needed any more. */
  void awaitRead() throws IOException;

  /** Waits until everything is written. */
  void finish() throws IOException;

  /** Drops what was not begun, and ends the thread. */
  @Override
  void close();
}
