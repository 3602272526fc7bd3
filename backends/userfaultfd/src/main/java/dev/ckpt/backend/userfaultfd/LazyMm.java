package dev.ckpt.backend.userfaultfd;

import dev.ckpt.core.backend.LazyRange;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Userfaultfd;
import java.util.List;

/**
 * An address space that misses pages: the task's, or that of a child.
 *
 * <p>Threading: any thread; whoever puts pages there keeps events from being read meanwhile.
 */
final class LazyMm implements AutoCloseable {
  /** How it went. */
  enum Outcome {
    /** All of it is there. */
    DONE,
    /** An event has to be read first. */
    AGAIN
  }

  private final Fd userfault;
  private final Missing missing;
  private volatile boolean gone;

  LazyMm(Fd userfault, List<LazyRange> ranges) {
    this.userfault = userfault;
    this.missing = new Missing(ranges);
  }

  Fd userfault() {
    return userfault;
  }

  Missing missing() {
    return missing;
  }

  /** Whether nothing is left to be brought in. */
  boolean isDone() {
    return gone || missing.lenBytes() == 0;
  }

  /** The same for a child, from now on. */
  LazyMm fork(Fd theirs) {
    return new LazyMm(theirs, missing.all());
  }

  /** Takes in what the kernel tells; of all but PAGEFAULT and FORK. */
  void apply(UffdMessage message) {
    switch (message.event()) {
      case UffdMessage.REMAP:
        missing.move(message.from(), message.to(), message.movedBytes());
        break;
      case UffdMessage.REMOVE:
      case UffdMessage.UNMAP:
        missing.remove(message.from(), message.to());
        break;
      default:
        throw new IllegalArgumentException("event " + message.event());
    }
  }

  /**
   * Puts pages where none are. What is there already stays, and what is unmapped too: an event says
   * so later.
   *
   * @param from address in our memory
   */
  Outcome copy(long to, long from, long lenBytes) throws SyscallException {
    long done = 0;
    long step = lenBytes;
    while (done < lenBytes && !gone) {
      long now = Math.min(step, lenBytes - done);
      long result = Userfaultfd.copy(userfault, to + done, from + done, now);
      if (result > 0) {
        done += result;
        continue;
      }
      switch ((int) -result) {
        case Errno.EAGAIN:
          return Outcome.AGAIN;
        case Errno.EEXIST:
          Userfaultfd.wake(userfault, to + done, PageRange.PAGE_SIZE);
          done += PageRange.PAGE_SIZE;
          break;
        case Errno.ENOENT:
          // Of two mappings, or of one that was cut: page by page from here on.
          done += now == PageRange.PAGE_SIZE ? PageRange.PAGE_SIZE : 0;
          step = PageRange.PAGE_SIZE;
          break;
        case Errno.ESRCH:
          gone = true;
          break;
        default:
          throw new SyscallException(
              "", "ioctl(UFFDIO_COPY)", Long.toHexString(to + done), (int) -result);
      }
    }
    return Outcome.DONE;
  }

  /** Puts zeros where no page is. */
  Outcome zero(long address) throws SyscallException {
    long result = Userfaultfd.zero(userfault, address, PageRange.PAGE_SIZE);
    switch (result > 0 ? 0 : (int) -result) {
      case 0:
      case Errno.ENOENT:
        return Outcome.DONE;
      case Errno.EAGAIN:
        return Outcome.AGAIN;
      case Errno.EEXIST:
        Userfaultfd.wake(userfault, address, PageRange.PAGE_SIZE);
        return Outcome.DONE;
      case Errno.ESRCH:
        gone = true;
        return Outcome.DONE;
      default:
        throw new SyscallException(
            "", "ioctl(UFFDIO_ZEROPAGE)", Long.toHexString(address), (int) -result);
    }
  }

  /** Ends the registration of all its memory. */
  @Override
  public void close() {
    userfault.close();
  }
}
