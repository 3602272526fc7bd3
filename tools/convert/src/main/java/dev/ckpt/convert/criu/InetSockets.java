package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.TcpSock;
import java.util.Set;

/** The sockets of IPv4 and IPv6, TCP and UDP. */
final class InetSockets {
  private static final int IPPROTO_UDP = 17;
  private static final int IPPROTO_UDPLITE = 136;
  private static final Set<Integer> DATAGRAMS = Set.of(IPPROTO_UDP, IPPROTO_UDPLITE);

  /** As in net/sock.h. */
  private static final int RCV_SHUTDOWN = 1;

  private static final int SEND_SHUTDOWN = 2;

  private InetSockets() {}

  /** Whether CRIU can say what it is. */
  static boolean isKnown(FileInetSocket socket) {
    return isKnown(socket.sockType(), socket.protocol());
  }

  /** Whether an image can say what it is: of TCP no connection that is being made. */
  static boolean isKnown(Criu.InetSk socket) {
    return isKnown(socket.getType(), socket.getProto())
        && (!isConnection(socket) || TcpSock.isLive(socket.getState()));
  }

  private static boolean isKnown(int sockType, int protocol) {
    return sockType == FileInetSocket.SOCK_STREAM && protocol == SocketKind.IPPROTO_TCP
        || sockType == FileInetSocket.SOCK_DGRAM && DATAGRAMS.contains(protocol);
  }

  static String name(FileInetSocket socket) {
    return "socket:[" + Long.toUnsignedString(socket.inode()) + "]";
  }

  private static String name(Criu.InetSk socket) {
    return "socket:[" + Integer.toUnsignedString(socket.getIno()) + "]";
  }

  private static SocketKind kind(FileInetSocket socket) {
    return new SocketKind(socket.domain(), socket.protocol());
  }

  private static SocketKind kind(Criu.InetSk socket) {
    return new SocketKind(socket.getFamily(), socket.getProto());
  }

  /**
   * A socket. Its inode is its reference: that fits into 32 bits, and is different for all.
   *
   * @param id its reference
   */
  static Criu.InetSk.Builder toCriu(int id, FileInetSocket socket, Criu.Fown fown, Losses losses) {
    String of = name(socket);
    if (socket.isOver()) {
      losses.add("FILE_INET_SOCKET.state", of + ", whose connection is over");
    }
    Criu.InetSk.Builder to =
        SocketOptions.toCriu(
            kind(socket),
            socket.options(),
            option -> losses.add("SocketOption " + option.level() + "/" + option.name(), of));
    to.setId(id)
        .setIno(id)
        .setFamily(socket.domain())
        .setType(socket.sockType())
        .setProto(socket.protocol())
        .setState(stateOf(socket))
        .setFlags(socket.flags())
        .setBacklog(socket.backlog())
        .setFown(fown);
    if (socket.shutdown() != 0) {
      to.setShutdown(socket.shutdown());
    }
    SockAddr name = SockAddr.of(socket.domain(), socket.name());
    SockAddr peer = SockAddr.of(socket.domain(), socket.peer());
    to.setSrcPort(name.port()).addAllSrcAddr(name.words());
    to.setDstPort(peer.port()).addAllDstAddr(peer.words());
    if (name.scopeId() != 0 && to.getOpts().hasSoBoundDev()) {
      to.setIfname(to.getOpts().getSoBoundDev());
    } else if (name.scopeId() != 0) {
      losses.add("FILE_INET_SOCKET.name", of + ", bound within scope " + name.scopeId());
    }
    boolean portless = !socket.name().isEmpty() && name.port() == 0;
    if (portless || name.flowinfo() != 0) {
      losses.add("FILE_INET_SOCKET.name", of + ", bound to no port, or with a flow label");
    }
    if (peer.scopeId() != 0 || peer.flowinfo() != 0 || isPortless(socket, peer)) {
      losses.add("FILE_INET_SOCKET.peer", of + ", with a scope, a flow label or no port");
    }
    return to;
  }

  private static boolean isPortless(FileInetSocket socket, SockAddr peer) {
    return !socket.peer().isEmpty() && peer.port() == 0;
  }

  private static int stateOf(FileInetSocket socket) {
    return switch (socket.state()) {
      case FileInetSocket.LISTENING -> UnixSockets.TCP_LISTEN;
      case FileInetSocket.CONNECTED -> UnixSockets.TCP_ESTABLISHED;
      default -> UnixSockets.TCP_CLOSE;
    };
  }

  /** Notes what an image has no place for. */
  static void noteLosses(Criu.InetSk socket, Losses losses) {
    String of = name(socket);
    if (isShutAlone(socket)) {
      losses.add("shutdown", of + ", of TCP, and its state does not tell");
    }
    if (socket.hasIfname()) {
      losses.add("ifname", of + ", bound within the scope of " + socket.getIfname().toStringUtf8());
    }
    if (socket.getIpOpts().hasRaw()) {
      losses.add("ip_opts.raw", of);
    }
  }

  /** Whether it is of TCP and shut down, without a FIN that went or came. */
  private static boolean isShutAlone(Criu.InetSk socket) {
    int told =
        switch (socket.getState()) {
          case TcpSock.TCP_FIN_WAIT1, TcpSock.TCP_FIN_WAIT2 -> SEND_SHUTDOWN;
          case TcpSock.TCP_CLOSE_WAIT -> RCV_SHUTDOWN;
          case TcpSock.TCP_LAST_ACK -> SEND_SHUTDOWN | RCV_SHUTDOWN;
          default -> 0;
        };
    return socket.getProto() == SocketKind.IPPROTO_TCP && (socket.getShutdown() & ~told) != 0;
  }

  /** Whether it is a TCP connection, in whatever state. */
  static boolean isConnection(Criu.InetSk socket) {
    return socket.getProto() == SocketKind.IPPROTO_TCP
        && socket.getState() != UnixSockets.TCP_CLOSE
        && socket.getState() != UnixSockets.TCP_LISTEN;
  }

  /**
   * A socket.
   *
   * @param uid its owner
   */
  static FileInetSocket toCkpt(Criu.InetSk socket, int uid) {
    boolean tcp = socket.getProto() == SocketKind.IPPROTO_TCP;
    boolean listening = tcp && socket.getState() == UnixSockets.TCP_LISTEN;
    boolean connected = isConnection(socket) || !tcp && socket.getDstPort() != 0;
    int other = connected ? FileInetSocket.CONNECTED : FileInetSocket.UNCONNECTED;
    SockAddr name = SockAddr.of(socket.getSrcPort(), socket.getSrcAddrList());
    SockAddr peer = SockAddr.of(socket.getDstPort(), socket.getDstAddrList());
    return new FileInetSocket(
        Integer.toUnsignedLong(socket.getIno()),
        socket.getFlags(),
        socket.getFamily(),
        socket.getType(),
        socket.getProto(),
        listening ? FileInetSocket.LISTENING : other,
        listening ? socket.getBacklog() : 0,
        tcp ? 0 : socket.getShutdown(),
        uid,
        socket.getSrcPort() != 0 ? name.bytes(socket.getFamily()) : SockAddr.NONE,
        connected ? peer.bytes(socket.getFamily()) : SockAddr.NONE,
        SocketOptions.toCkpt(kind(socket), socket));
  }
}
