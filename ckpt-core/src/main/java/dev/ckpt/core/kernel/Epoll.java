package dev.ckpt.core.kernel;

/** Constants of {@code linux/eventpoll.h}. */
public final class Epoll {
  public static final int EPOLL_CTL_ADD = 1;

  public static final int EPOLLIN = 0x001;
  public static final int EPOLLPRI = 0x002;
  public static final int EPOLLOUT = 0x004;
  public static final int EPOLLERR = 0x008;
  public static final int EPOLLHUP = 0x010;
  public static final int EPOLLRDNORM = 0x040;
  public static final int EPOLLRDBAND = 0x080;
  public static final int EPOLLWRNORM = 0x100;
  public static final int EPOLLWRBAND = 0x200;
  public static final int EPOLLMSG = 0x400;
  public static final int EPOLLRDHUP = 0x2000;
  public static final int EPOLLEXCLUSIVE = 1 << 28;
  public static final int EPOLLWAKEUP = 1 << 29;
  public static final int EPOLLONESHOT = 1 << 30;
  public static final int EPOLLET = 1 << 31;

  /** Size of a struct epoll_event, which is packed on x86-64: events 0 (u32), data 4 (u64). */
  public static final int EVENT_BYTES = 12;

  /** Everything that a file can be ready for. */
  public static final int ANY_EVENT =
      EPOLLIN
          | EPOLLPRI
          | EPOLLOUT
          | EPOLLERR
          | EPOLLHUP
          | EPOLLRDNORM
          | EPOLLRDBAND
          | EPOLLWRNORM
          | EPOLLWRBAND
          | EPOLLMSG
          | EPOLLRDHUP;

  /** How an item is watched; the bits that a one-shot item keeps when it has fired. */
  public static final int PRIVATE_BITS = EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET;

  private Epoll() {}

  /** Whether these are the events of a one-shot item that has fired and is not armed again. */
  public static boolean hasFired(int events) {
    return (events & EPOLLONESHOT) != 0 && (events & ~PRIVATE_BITS) == 0;
  }
}
