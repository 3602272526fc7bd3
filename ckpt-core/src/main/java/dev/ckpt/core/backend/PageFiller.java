package dev.ckpt.core.backend;

import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Puts pages into a task that is being rebuilt.
 *
 * <p>Threading: one thread. Others may fill other pages of the task meanwhile. Target state:
 * stopped, its mappings made.
 */
public interface PageFiller extends AutoCloseable {
  /**
   * Fills whole ranges one after another from what remains of a direct buffer.
   *
   * <p>Shape: {@code sum of lenBytes} bytes are taken. A page that cannot be written by its
   * protection is written all the same.
   *
   * @throws CkptException when any page cannot be filled
   */
  void fill(List<PageRange> ranges, ByteBuffer pages) throws CkptException;

  @Override
  void close() throws CkptException;

  /** Makes page fillers; one per backend, found by ServiceLoader. */
  interface Provider {
    /** The name that users choose it by. */
    String name();

    /** Whether it works on this machine. */
    Probe probe();

    /** Its place among those that work: the fastest first, by measurement. */
    int rank();

    /**
     * Whether its fillers have the task make calls. Then they work on the tracer's thread alone,
     * need one of its threads ({@link Target#host()}), and no other batch is made until they are
     * closed.
     */
    default boolean asksTask() {
      return false;
    }

    /** Opens it for a task that is being rebuilt. */
    PageFiller open(Target target) throws CkptException;
  }
}
