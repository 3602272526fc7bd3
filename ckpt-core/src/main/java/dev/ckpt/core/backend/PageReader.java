package dev.ckpt.core.backend;

import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads pages out of one task.
 *
 * <p>Threading: one thread at a time, which need not be the tracer's; what a protection hides is
 * read on that alone. Target state: stopped, unless it says otherwise.
 */
public interface PageReader extends AutoCloseable {
  /**
   * Reads whole ranges one after another.
   *
   * <p>Shape: the target buffer is direct; {@code sum of lenBytes} bytes are put at its position,
   * which advances by as much. A page that its protection hides (PROT_NONE) is read all the same.
   *
   * @throws CkptException when any page cannot be read; the buffer's content is then undefined
   */
  void read(List<PageRange> ranges, ByteBuffer into) throws CkptException;

  /**
   * The same of a task that runs and may take its memory away meanwhile: unmap it, or end.
   *
   * @param missed told of pages that are not there any more, for which zeros are put; on the
   *     caller's thread
   * @throws dev.ckpt.core.error.TargetGoneException when it has ended
   */
  void readRunning(List<PageRange> ranges, ByteBuffer into, Consumer<PageRange> missed)
      throws CkptException;

  @Override
  void close() throws CkptException;

  /** Makes page readers; one per backend, found by ServiceLoader. */
  interface Provider {
    /** The name that users choose it by. */
    String name();

    /** Whether it works on this machine. */
    Probe probe();

    /** Its place among those that work: the fastest first, by measurement. */
    int rank();

    /**
     * What its readers have the task do. If that is anything they work on the tracer's thread
     * alone, and on a stopped task need one of its threads ({@link Target#host()}).
     */
    default List<RemoteCall> calls() {
      return List.of();
    }

    /** Opens it for a task whose threads are all stopped. */
    PageReader open(Target target) throws CkptException;
  }
}
