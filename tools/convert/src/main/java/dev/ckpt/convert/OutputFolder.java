package dev.ckpt.convert;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;

/** A folder that an image is put into as files. */
public interface OutputFolder {
  /**
   * Makes a file in it, empty and for its owner only.
   *
   * @param file a plain name that is not there yet
   */
  @MustBeClosed
  SeekableByteChannel create(String file) throws IOException;
}
