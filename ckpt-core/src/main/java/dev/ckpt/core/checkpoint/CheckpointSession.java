package dev.ckpt.core.checkpoint;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Dumps one task again and again: the first image has all of it, and each later one builds on the
 * one before and has only what was written since.
 *
 * <p>Meanwhile the task's memory is write-protected, which costs it a fault of about a microsecond
 * for the first write to a page after each dump. A task that uses userfaultfd(2) itself is refused,
 * and one that begins to cannot register memory that is watched (EBUSY).
 *
 * <p>Target state: running; it runs again after each dump, and when the session is closed, or we
 * die, nothing of it is left. Threading: one thread at a time. Blocks: as {@link Checkpoint#dump}.
 */
public final class CheckpointSession implements AutoCloseable {
  private final MmTracking tracking;
  private final int pid;

  private CheckpointSession(int pid, MmTracking tracking) {
    this.pid = pid;
    this.tracking = tracking;
  }

  /**
   * Begins one; the task is not touched before the first dump.
   *
   * @throws UnsupportedStateException when the part of ckpt that saves memory is missing
   */
  @MustBeClosed
  public static CheckpointSession open(int pid) throws UnsupportedStateException {
    return new CheckpointSession(pid, MmCheckpoint.provider().track(pid));
  }

  /**
   * Dumps the task into a file, which builds on the one before if there was one. Where that is not
   * possible the image has everything, and {@link #whyWhole} says why.
   *
   * <p>The images before it are needed for a restore. They are found beside it, whatever has become
   * of the folder, or where they were.
   *
   * @param options of the session's task
   * @param image the file to make
   * @param force whether to replace a file of that name
   * @throws IOException as {@link Checkpoint#dump}; the next image then has everything
   */
  public CheckpointResult dump(CheckpointOptions options, Path image, boolean force)
      throws IOException {
    try (ImageOutput output = ImageFileOutput.create(image, force)) {
      return dump(options, output, image);
    }
  }

  /**
   * The same into an output of the caller's, who closes it.
   *
   * @param image where it will stand once it is published
   */
  public CheckpointResult dump(CheckpointOptions options, ImageOutput output, Path image)
      throws IOException {
    return dump(options, output, image, tracking.next());
  }

  /**
   * Copies the memory while the task runs: it stands only until is known what there is. The image
   * is good for nothing but that the next one builds on it, which has what was written meanwhile.
   * May be done again and again, each time upon the one before.
   *
   * @param image where the output will stand once it is published
   * @throws UnsupportedStateException when this kernel does not tell which pages were written
   */
  public CheckpointResult preDump(CheckpointOptions options, ImageOutput output, Path image)
      throws IOException {
    if (options.stop()) {
      throw new IllegalArgumentException("a task runs on after a pre-dump");
    }
    return dump(options, output, image, tracking.nextPreDump());
  }

  private CheckpointResult dump(
      CheckpointOptions options, ImageOutput output, Path image, MmCheckpoint memory)
      throws IOException {
    boolean done = false;
    try (MmCheckpoint mm = memory) {
      if (options.pid() != pid) {
        throw new IllegalArgumentException("the session is of pid " + pid);
      }
      CheckpointResult result = Checkpoint.dump(options, output, mm);
      ByteString path = ByteString.of(image.toAbsolutePath().normalize().toString());
      tracking.published(result.uuid(), path);
      done = true;
      return result;
    } finally {
      if (!done) {
        tracking.failed();
      }
    }
  }

  /** Why the last image has everything; nothing if it builds on another, or was the first. */
  public Optional<String> whyWhole() {
    return tracking.reason();
  }

  @Override
  public void close() {
    tracking.close();
  }
}
