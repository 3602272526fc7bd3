package dev.ckpt.convert.core;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a core file goes, from its first byte to its last. */
public interface CoreOutput {
  /**
   * Takes the next bytes.
   *
   * @param bytes a direct buffer, of which nothing remains afterwards
   */
  void write(ByteBuffer bytes) throws IOException;

  /** Leaves out bytes that read as zeros: a hole, where there can be one. */
  void skip(long lenBytes) throws IOException;
}
