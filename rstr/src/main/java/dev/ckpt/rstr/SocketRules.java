package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Socket;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.FileNetlinkSocket;
import dev.ckpt.format.record.FilePacketSocket;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketFilter;
import dev.ckpt.format.record.SocketOption;
import dev.ckpt.format.record.SocketRights;
import dev.ckpt.format.record.TcpSock;
import dev.ckpt.format.record.UdpDatagram;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sockets, whom they are connected to, and what waits in them. */
final class SocketRules {
  private final TaskRules rules;

  private SocketRules(TaskRules rules) {
    this.rules = rules;
  }

  static void check(TaskRules rules) throws CorruptImageException {
    SocketRules sockets = new SocketRules(rules);
    sockets.unix();
    sockets.rights();
    sockets.addresses();
    sockets.connections();
    sockets.datagrams();
    sockets.options();
    rules.distinct(ObjectType.SOCKET_FILTER, SocketFilter.class, "objref", SocketFilter::socket);
  }

  private void unix() throws CorruptImageException {
    rules.distinct(
        ObjectType.FILE_UNIX_SOCKET, FileUnixSocket.class, "inode", FileUnixSocket::inode);
    Map<Long, FileUnixSocket> byInode = new HashMap<>();
    for (FileUnixSocket socket : rules.all(ObjectType.FILE_UNIX_SOCKET, FileUnixSocket.class)) {
      byInode.put(socket.inode(), socket);
    }
    for (ImageObject object : rules.all(ObjectType.FILE_UNIX_SOCKET)) {
      FileUnixSocket socket = (FileUnixSocket) object.record();
      FileUnixSocket peer = byInode.get(socket.peer());
      if (socket.state() == FileUnixSocket.CONNECTED
          && (peer == null || peer.sockType() != socket.sockType())) {
        throw TaskRules.corrupt(object, "a socket of its type with inode " + socket.peer(), "none");
      }
    }
  }

  private void rights() throws CorruptImageException {
    for (ImageObject object : rules.all(ObjectType.SOCKET_RIGHTS)) {
      SocketRights rights = (SocketRights) object.record();
      int nr = ((FileUnixSocket) rules.target(rights.socket())).messages().size();
      if (rights.message() >= nr) {
        throw TaskRules.corrupt(
            object, "a message below " + nr, Integer.toString(rights.message()));
      }
    }
    rules.distinct(
        ObjectType.SOCKET_RIGHTS,
        SocketRights.class,
        "socket and message",
        rights -> List.of(rights.socket(), rights.message()));
  }

  private void addresses() throws CorruptImageException {
    for (ImageObject object : rules.all(ObjectType.FILE_INET_SOCKET)) {
      FileInetSocket socket = (FileInetSocket) object.record();
      int lenBytes =
          socket.domain() == FileInetSocket.AF_INET
              ? UdpDatagram.SOCKADDR_IN_BYTES
              : UdpDatagram.SOCKADDR_IN6_BYTES;
      for (ByteString address : List.of(socket.name(), socket.peer())) {
        boolean fits = address.length() == lenBytes && address.byteAt(0) == socket.domain();
        if (!address.isEmpty() && !fits) {
          throw TaskRules.corrupt(
              object,
              "addresses of family " + socket.domain(),
              "one of " + address.length() + " bytes");
        }
      }
    }
  }

  /** A live TCP connection and its TCP_SOCK go together. */
  private void connections() throws CorruptImageException {
    rules.distinct(ObjectType.TCP_SOCK, TcpSock.class, "objref", TcpSock::file);
    Set<Integer> known = new HashSet<>();
    for (ImageObject object : rules.all(ObjectType.TCP_SOCK)) {
      int file = ((TcpSock) object.record()).file();
      if (!(rules.target(file) instanceof FileInetSocket socket) || !isLive(socket)) {
        throw TaskRules.corrupt(object, "a live connection", "objref " + file);
      }
      known.add(file);
    }
    for (ImageObject object : rules.all(ObjectType.FILE_INET_SOCKET)) {
      if (isLive((FileInetSocket) object.record()) && !known.contains(object.objref())) {
        throw TaskRules.corrupt(object, "a TCP_SOCK of it", "none");
      }
    }
  }

  private static boolean isLive(FileInetSocket socket) {
    return socket.sockType() == FileInetSocket.SOCK_STREAM
        && socket.state() == FileInetSocket.CONNECTED;
  }

  private void datagrams() throws CorruptImageException {
    for (ImageObject object : rules.all(ObjectType.UDP_DATAGRAM)) {
      int socket = ((UdpDatagram) object.record()).socket();
      if (((FileInetSocket) rules.target(socket)).sockType() != FileInetSocket.SOCK_DGRAM) {
        throw TaskRules.corrupt(object, "a datagram socket", "objref " + socket);
      }
    }
  }

  private void options() throws CorruptImageException {
    for (ImageObject object : rules.all()) {
      for (SocketOption option : options(object)) {
        boolean buffer =
            option.level() == Socket.SOL_SOCKET
                && (option.name() == Socket.SO_SNDBUF || option.name() == Socket.SO_RCVBUF);
        if (buffer && option.value().length() != Integer.BYTES) {
          throw TaskRules.corrupt(
              object, "4 bytes of a buffer's size", option.value().length() + " bytes");
        }
      }
    }
  }

  private static List<SocketOption> options(ImageObject object) {
    if (object.record() instanceof FileUnixSocket socket) {
      return socket.options();
    } else if (object.record() instanceof FileInetSocket socket) {
      return socket.options();
    } else if (object.record() instanceof FileNetlinkSocket socket) {
      return socket.options();
    } else if (object.record() instanceof FilePacketSocket socket) {
      return socket.options();
    }
    return List.of();
  }
}
