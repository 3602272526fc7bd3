package dev.ckpt.convert.criu;

import java.util.Optional;

/**
 * The types of open files.
 *
 * <p>Source: images/fdinfo.proto, fd_types.
 */
enum FdType {
  REG(1),
  PIPE(2),
  FIFO(3),
  INETSK(4),
  UNIXSK(5),
  EVENTFD(6),
  EVENTPOLL(7),
  INOTIFY(8),
  SIGNALFD(9),
  PACKETSK(10),
  TTY(11),
  FANOTIFY(12),
  NETLINKSK(13),
  NS(14),
  TUNF(15),
  EXT(16),
  TIMERFD(17),
  MEMFD(18),
  BPFMAP(19),
  PIDFD(20);

  private final int number;

  FdType(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  static Optional<FdType> of(int number) {
    for (FdType type : values()) {
      if (type.number == number) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
