package dev.ckpt.core.image;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.MappedMemory;
import dev.ckpt.format.Limits;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The beginning of an image file, in our memory: pages that are read into it need not be written.
 * The room on the disk and the page cache for it are found beforehand, while the task still runs.
 *
 * <p>NB: what is read after {@link #close()} from a view of it ends the JVM; so would a file that
 * somebody else cuts, or a disk that fails to give back what it was given. The task outlives that.
 *
 * <p>Threading: any; closed when nobody uses it any more.
 */
public final class ImageWindow implements AutoCloseable {
  private final MappedMemory memory;

  private ImageWindow(MappedMemory memory) {
    this.memory = memory;
  }

  /**
   * Opens one on a file that is still empty.
   *
   * @return nothing when there is no room for so much, or the file system does not know how; the
   *     file is then as it was
   */
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static Optional<ImageWindow> open(Fd file, long lenBytes) throws SyscallException {
    if (lenBytes < Limits.PAGE_SIZE) {
      return Optional.empty();
    }
    boolean opened = false;
    try {
      Files.allocate(file, lenBytes);
      Optional<ImageWindow> window = Optional.of(new ImageWindow(MappedMemory.of(file, lenBytes)));
      opened = true;
      return window;
    } catch (SyscallException e) {
      return Optional.empty();
    } finally {
      if (!opened) {
        // It may have got a part of what it was to get.
        Files.truncate(file, 0);
      }
    }
  }

  /** Its size, a multiple of the page size. */
  public long lenBytes() {
    return memory.lenBytes();
  }

  /**
   * Has the page cache for a part of it made ready.
   *
   * @return false when that cannot be done: then it must not be used
   */
  boolean populate(long from, long to) {
    return memory.populate(from, to - from);
  }

  /** The place of pages that will stand at an offset in the file; nothing if it is behind us. */
  Optional<ByteBuffer> place(long offset, int nrPages) {
    int placeBytes = nrPages * Limits.PAGE_SIZE;
    return memory.covers(offset, placeBytes)
        ? Optional.of(memory.view(offset, placeBytes))
        : Optional.empty();
  }

  /** Whether what remains of a buffer stands at that offset in the file. */
  boolean holds(ByteBuffer bytes, long offset) {
    return memory.offsetOf(bytes) == offset;
  }

  /**
   * Puts what remains of a buffer at an offset in the file, unless it stands there already.
   *
   * @return false when that is not in the window: then nothing was done
   */
  boolean put(ByteBuffer bytes, long offset) {
    int len = bytes.remaining();
    if (!memory.covers(offset, len)) {
      return false;
    }
    if (holds(bytes, offset)) {
      bytes.position(bytes.limit());
    } else {
      memory.view(offset, len).put(bytes);
    }
    return true;
  }

  @Override
  public void close() {
    memory.close();
  }
}
