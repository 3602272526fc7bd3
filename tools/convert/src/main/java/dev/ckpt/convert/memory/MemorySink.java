package dev.ckpt.convert.memory;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the memory of an image, area by area, each in ascending order. */
public interface MemorySink {
  /** Begins with an area. */
  void begin(Area area);

  /**
   * Takes some bytes. They follow those before if their address does; else there is something
   * between them that is not known, or is zero and of no interest.
   *
   * @param bytes are read up to their limit, and are another's again then
   */
  void take(long addr, ByteBuffer bytes) throws IOException;

  /** Ends with the area. */
  void end() throws IOException;

  /** Whether anybody wants more; asked once for every 1 MiB about. */
  boolean wantsMore();
}
