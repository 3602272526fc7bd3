package dev.ckpt.cli.image;

import dev.ckpt.cli.text.Units;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileEpoll;
import dev.ckpt.format.record.FileEventfd;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.FileInotify;
import dev.ckpt.format.record.FileMemfd;
import dev.ckpt.format.record.FileNamed;
import dev.ckpt.format.record.FileNetlinkSocket;
import dev.ckpt.format.record.FilePacketSocket;
import dev.ckpt.format.record.FilePidfd;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.FilePty;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileSignalfd;
import dev.ckpt.format.record.FileTimerfd;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.GhostFolder;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.InotifyWatch;
import dev.ckpt.format.record.Pipe;
import dev.ckpt.format.record.Pty;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.UdpDatagram;

/**
 * One descriptor, in words.
 *
 * @param fd its number
 * @param kind of file
 * @param access as in {@code rw}, and {@code x} when exec closes it
 * @param pos file offset, or -1 where there is none
 * @param name path, or what there is instead
 * @param description reference of the open file description, by which shared ones are known
 */
record OpenFileText(int fd, String kind, String access, long pos, String name, int description) {
  private static final int ACCESS_MODE = 3;
  private static final String[] ACCESS = {"r", "w", "rw", "-"};
  private static final long NO_POS = -1;

  static OpenFileText of(Fd fd, ImageState state) throws CorruptImageException {
    ImageRecord file = state.get(fd.file(), ImageRecord.class);
    if (file instanceof FileRegular regular) {
      String path =
          state.find(regular.file()).orElseThrow() instanceof GhostFile ghost
              ? ImageSummary.text(ghost.path()) + " (deleted)"
              : ImageSummary.text(state.get(regular.file(), FileRef.class).path());
      return of(fd, "file", regular.flags(), regular.pos(), path);
    }
    if (file instanceof FileNamed named) {
      String path =
          state.find(named.file()).orElseThrow() instanceof GhostFolder ghost
              ? ImageSummary.text(ghost.path()) + " (deleted)"
              : ImageSummary.text(state.get(named.file(), FileRef.class).path());
      return of(fd, "name", named.flags(), named.pos(), path);
    }
    if (file instanceof FileChrdev device) {
      return of(fd, "device", device.flags(), device.pos(), device.path().toString());
    }
    if (file instanceof FileTty tty) {
      return of(fd, "tty", tty.flags(), NO_POS, tty.path().toString());
    }
    if (file instanceof FilePty end) {
      String side = end.side() == FilePty.MASTER ? "master of " : "";
      String name = side + "/dev/pts/" + state.get(end.pty(), Pty.class).index();
      return of(fd, "pty", end.flags(), NO_POS, name);
    }
    if (file instanceof FilePipe end) {
      Pipe pipe = state.get(end.pipe(), Pipe.class);
      String name = "pipe:[" + pipe.inode() + "] with " + held(pipe) + " in it";
      return of(fd, "pipe", end.flags(), NO_POS, name);
    }
    if (file instanceof FileFifo end) {
      String path = ImageSummary.text(state.get(end.file(), FileRef.class).path());
      String held = held(state.get(end.pipe(), Pipe.class));
      return of(fd, "fifo", end.flags(), NO_POS, path + " with " + held + " in it");
    }
    if (file instanceof FileMemfd memfd) {
      String name = "memfd:" + state.get(memfd.shmem(), Shmem.class).name();
      return of(fd, "memfd", memfd.flags(), memfd.pos(), name);
    }
    if (file instanceof FileUnixSocket socket) {
      return of(fd, "unix", socket.flags(), NO_POS, name(socket));
    }
    if (file instanceof FileInetSocket socket) {
      String kind = kind(socket);
      long nr =
          state.all(UdpDatagram.class).stream()
              .filter(datagram -> datagram.socket() == fd.file())
              .count();
      String held = nr == 0 ? "" : ", " + Units.count(nr, "datagram") + " in it";
      return of(fd, kind, socket.flags(), NO_POS, name(socket) + held);
    }
    if (file instanceof FileNetlinkSocket socket) {
      String port = Integer.toUnsignedString(socket.portId());
      String name = "protocol " + socket.protocol() + ", port id " + port;
      return of(fd, "netlink", socket.flags(), NO_POS, name);
    }
    if (file instanceof FilePacketSocket socket) {
      String device = socket.ifindex() == 0 ? "all interfaces" : socket.device().toString();
      String name = String.format("protocol 0x%04x of %s", socket.protocol(), device);
      return of(fd, "packet", socket.flags(), NO_POS, name);
    }
    return nameless(fd, file, state);
  }

  /** What the kernel calls an anonymous inode. */
  private static OpenFileText nameless(Fd fd, ImageRecord file, ImageState state) {
    if (file instanceof FileEventfd eventfd) {
      String kind = eventfd.semaphore() ? "semaphore" : "counter";
      String name = kind + " at " + Long.toUnsignedString(eventfd.count());
      return of(fd, "eventfd", eventfd.flags(), NO_POS, name);
    }
    if (file instanceof FileEpoll epoll) {
      long nr =
          state.all(EpollItem.class).stream().filter(item -> item.epoll() == fd.file()).count();
      return of(fd, "epoll", epoll.flags(), NO_POS, "watches " + Units.count(nr, "file"));
    }
    if (file instanceof FileTimerfd timer) {
      String armed = timer.valueNanos() == 0 ? "disarmed" : "armed";
      String name = armed + ", " + Units.count(timer.ticks(), "tick") + " to read";
      return of(fd, "timerfd", timer.flags(), NO_POS, name);
    }
    if (file instanceof FileSignalfd signalfd) {
      String name = Units.count(Long.bitCount(signalfd.mask()), "signal");
      return of(fd, "signalfd", signalfd.flags(), NO_POS, name);
    }
    if (file instanceof FilePidfd pidfd) {
      return of(fd, "pidfd", pidfd.flags(), NO_POS, "of process " + pidfd.pid());
    }
    if (file instanceof FileInotify inotify) {
      long nr =
          state.all(InotifyWatch.class).stream()
              .filter(watch -> watch.inotify() == fd.file())
              .count();
      return of(fd, "inotify", inotify.flags(), NO_POS, "watches " + Units.count(nr, "file"));
    }
    return of(fd, file.type().name(), ACCESS_MODE, NO_POS, "");
  }

  private static String held(Pipe pipe) {
    return Units.bytes(pipe.buffers().stream().mapToLong(ByteString::length).sum());
  }

  private static String name(FileUnixSocket socket) {
    String name = socket.name().isEmpty() ? "socket:[" + socket.inode() + "]" : socket.name() + "";
    String connection =
        switch (socket.state()) {
          case FileUnixSocket.LISTENING -> ", listening";
          case FileUnixSocket.CONNECTED -> ", connected to socket:[" + socket.peer() + "]";
          case FileUnixSocket.PEER_GONE -> ", its peer is gone";
          case FileUnixSocket.CONNECTED_OUTSIDE -> ", connected to " + socket.peerName();
          default -> "";
        };
    int nr = socket.messages().size();
    return name + connection + (nr == 0 ? "" : ", " + Units.count(nr, "message") + " in it");
  }

  private static String kind(FileInetSocket socket) {
    return switch (socket.sockType()) {
      case FileInetSocket.SOCK_STREAM -> "tcp";
      case FileInetSocket.SOCK_RAW -> "raw";
      default -> socket.isPing() ? "ping" : "udp";
    };
  }

  private static String name(FileInetSocket socket) {
    String address = SocketAddress.text(socket.name());
    String name = address.isEmpty() ? "socket:[" + socket.inode() + "]" : address;
    return switch (socket.state()) {
      case FileInetSocket.LISTENING -> name + ", listening";
      case FileInetSocket.CONNECTED -> name + ", connected to " + SocketAddress.text(socket.peer());
      case FileInetSocket.OVER, FileInetSocket.RESET -> name + ", its connection is over";
      default -> name;
    };
  }

  private static OpenFileText of(Fd fd, String kind, int flags, long pos, String name) {
    boolean closedByExec = (fd.fdFlags() & Fd.FD_CLOEXEC) != 0;
    String access = ACCESS[flags & ACCESS_MODE] + (closedByExec ? "x" : "");
    return new OpenFileText(fd.fd(), kind, access, pos, name, fd.file());
  }

  /** What may be done with it, and whether exec closes it. */
  String accessText() {
    return access.replace("x", ", cloexec");
  }

  boolean hasPos() {
    return pos != NO_POS;
  }
}
