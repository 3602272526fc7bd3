package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;

/**
 * Descriptors that are waited for together, by poll(2).
 *
 * <p>Threading: one thread.
 */
public final class PollSet {
  /** struct pollfd: fd 0, events 4 (s16), revents 6 (s16). */
  private static final int POLLFD_BYTES = 8;

  private final NativeBuffer pollfds;
  private int size;

  /** Room for so many. */
  public PollSet(int most) {
    pollfds = NativeBuffer.allocate(most * POLLFD_BYTES);
  }

  /** Adds one, behind the others. */
  public void add(Fd fd, int events) {
    pollfds.putInt(size * POLLFD_BYTES, fd.number());
    pollfds.putInt(size * POLLFD_BYTES + 4, events & 0xffff);
    size++;
  }

  /**
   * Waits for the first event, an error, or a hang-up, for that many milliseconds at most.
   *
   * @return whether there is any
   */
  public boolean poll(int millis) throws SyscallException {
    int ready = LibC.poll(pollfds.address(), size, millis);
    return ready > 0
        || ready < 0
            && Call.errno() != Errno.EINTR
            && Call.check(ready, "", "poll", size, millis) > 0;
  }

  /** Whether that one, by the order in which they were added, has anything. */
  public boolean isReady(int index) {
    return pollfds.getInt(index * POLLFD_BYTES + 4) >>> 16 != 0;
  }
}
