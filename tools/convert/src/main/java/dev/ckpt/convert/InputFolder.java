package dev.ckpt.convert;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;

/** A folder of files that an image is made of. */
public interface InputFolder {
  /** What people call it. */
  String name();

  /** Whether there is a regular file of a name. */
  boolean has(String file) throws IOException;

  /**
   * Opens a file of it.
   *
   * @param file its name; anybody may have written that
   * @throws IOException if it is no plain name of a file, or there is no regular file of that name
   */
  @MustBeClosed
  SeekableByteChannel open(String file) throws IOException;
}
