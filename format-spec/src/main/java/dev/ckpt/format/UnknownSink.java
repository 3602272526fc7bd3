package dev.ckpt.format;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Gets the objects of unknown types that a reader skips, for whoever writes them again. */
@FunctionalInterface
public interface UnknownSink {
  /**
   * Takes one. What was read before it stands before it in the stream.
   *
   * @param type its number, which this build does not know
   * @param objref what others may refer to it by, or 0
   * @param payload its bytes, opened if the image is sealed; good until this returns
   */
  void skipped(int type, int objref, ByteBuffer payload) throws IOException;
}
