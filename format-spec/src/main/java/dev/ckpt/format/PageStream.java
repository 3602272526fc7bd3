package dev.ckpt.format;

import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The objects of an image from its page arrays on, with the pages that go with each. */
public interface PageStream {
  /** The next object, or nothing behind the tail. */
  Optional<ImageObject> next() throws IOException;

  /**
   * The pages of the {@link PageArray} that {@link #next()} returned last: those of its DATA runs,
   * in their order. A direct, read-only view that begins at a page boundary.
   *
   * @throws IllegalStateException if that was no page array
   */
  ByteBuffer pages();
}
