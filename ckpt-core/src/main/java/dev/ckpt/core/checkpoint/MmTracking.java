package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.format.ByteString;
import java.util.Optional;
import java.util.UUID;

/**
 * Watches the memory of one task from dump to dump: each needs only what the task has written since
 * the one before.
 *
 * <p>Threading: one thread at a time.
 */
public interface MmTracking extends AutoCloseable {
  /** The memory for the next dump. */
  MmCheckpoint next();

  /**
   * The memory for a dump whose pages are read when the task runs again: what it writes meanwhile
   * is for the dump after it.
   *
   * @throws UnsupportedStateException when writes cannot be watched here
   */
  MmCheckpoint nextPreDump() throws UnsupportedStateException;

  /**
   * Says that the dump is an image now, on which the next one can build.
   *
   * @param uuid of the checkpoint
   * @param path where the image is
   */
  void published(UUID uuid, ByteString path);

  /** Says that nothing came of the dump: what it saw written is in no image. */
  void failed();

  /** Why the last dump was not watched, or had to take everything; nothing of the first one. */
  Optional<String> reason();

  /** Leaves the task as if it had never been watched. */
  @Override
  void close();
}
