package dev.ckpt.rstr;

import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * The page arrays of an image, read and checked by another thread while those before them are put
 * into the new task.
 *
 * <p>Threading: one thread. Until it is closed the image reader belongs to the stream.
 *
 * <p>Blocks: as the image's channel does; {@link #close} too, while a read is under way.
 */
final class PageStream implements AutoCloseable {
  /** How many page arrays the reader must keep: those that are read ahead, and that in use. */
  static final int NR_KEPT = 4;

  /** A page array with the pages of its DATA runs, good until the next one is asked for. */
  record Piece(ImageObject array, ByteBuffer pages) {}

  private final ImageReader reader;
  private final SideThread thread = new SideThread("image-reader");
  private final ArrayDeque<Future<Optional<Piece>>> ahead = new ArrayDeque<>();

  PageStream(ImageReader reader) {
    this.reader = reader;
    while (ahead.size() < NR_KEPT - 1) {
      ahead.add(thread.submit(this::read));
    }
  }

  /** Reads on to the next page array, or to the end of the stream. */
  private Optional<Piece> read() throws IOException {
    for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
      if (next.get().record() instanceof PageArray) {
        return Optional.of(new Piece(next.get(), reader.pages()));
      }
    }
    return Optional.empty();
  }

  /** The next page array; none behind the tail, which was checked then. */
  Optional<Piece> next() throws IOException {
    ahead.add(thread.submit(this::read));
    return Outcome.of(ahead.remove());
  }

  @Override
  public void close() {
    thread.close();
  }
}
