package dev.ckpt.core.proc;

import java.util.ArrayList;
import java.util.List;

/**
 * One file that an epoll instance watches, from {@code /proc/PID/fdinfo/N}.
 *
 * <p>Source: ep_show_fdinfo in fs/eventpoll.c.
 *
 * @param fd the descriptor number it was added under, whatever that number is now
 * @param events EPOLL bits; of a one-shot item that has fired only those that are no events
 * @param data the program's own
 * @param ino of the file that is watched
 */
public record EpollTarget(int fd, int events, long data, long ino) {
  /** All of them, in the order of the kernel's tree: those of one number count from its first. */
  public static List<EpollTarget> of(FdInfo info) throws ProcFormatException {
    List<EpollTarget> targets = new ArrayList<>();
    for (TextCursor in : info.lines("tfd:")) {
      in.skipSpaces();
      final int fd = in.count();
      in.expect(" events:");
      in.skipSpaces();
      final int events = in.hexInt();
      in.expect(" data:");
      in.skipSpaces();
      final long data = in.hex();
      in.skipSpaces();
      in.expect("pos:");
      in.signed();
      in.expect(" ino:");
      targets.add(new EpollTarget(fd, events, data, in.hex()));
    }
    return targets;
  }
}
