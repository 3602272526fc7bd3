package dev.ckpt.core.kernel;

import java.nio.charset.StandardCharsets;

/**
 * What descriptors lead to that lead to no name: pipes, sockets and the like. Does as little as can
 * be for each, for somebody looks at all those of a machine while a task stands.
 *
 * <p>Threading: one thread.
 */
public final class FdLinks {
  /** The kernel's own names for such files are short; what is longer is cut. */
  private static final int MAX_BYTES = 64;

  private final NativeBuffer text = NativeBuffer.allocate(MAX_BYTES);

  /**
   * Asks for one.
   *
   * @return {@code pipe:[77]} or the like; empty if it leads to a path, was closed, or is not ours
   *     to look at
   */
  public String nameless(int pid, int fd) {
    byte[] path = ("/proc/" + pid + "/fd/" + fd + "\0").getBytes(StandardCharsets.ISO_8859_1);
    int len = (int) LibC.readlink(path, text.address(), MAX_BYTES);
    return len <= 0 || text.getByte(0) == '/'
        ? ""
        : new String(text.getBytes(0, len), StandardCharsets.ISO_8859_1);
  }
}
