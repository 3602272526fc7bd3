package dev.ckpt.convert;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;

/** What an image is made of: a file, and others that belong to it. */
public interface Source {
  /** What people call it. */
  String name();

  /** Its bytes; belongs to whoever made the source. */
  ReadableByteChannel channel();

  /**
   * Opens a file that belongs to it.
   *
   * @param name as the file says; anybody may have written that
   * @throws IOException if it is no plain name of a file, or there is none of that name
   */
  @MustBeClosed
  SeekableByteChannel open(String name) throws IOException;
}
