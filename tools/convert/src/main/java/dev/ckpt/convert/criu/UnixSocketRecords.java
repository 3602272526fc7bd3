package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketMessage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The unix sockets of a folder as an image has them. */
final class UnixSocketRecords {
  private final Map<Integer, Criu.UnixSk> byIno = new HashMap<>();

  /** What listens, by type and name. */
  private final Set<List<Object>> listening = new HashSet<>();

  /** The name of the first socket that is connected to one, by the inode of that. */
  private final Map<Integer, ByteString> senders = new HashMap<>();

  private final ByteString cwd;

  /**
   * Begins.
   *
   * @param files all of the folder
   * @param cwd of the task
   */
  UnixSocketRecords(Iterable<Criu.File> files, ByteString cwd) {
    this.cwd = cwd;
    for (Criu.File file : files) {
      if (file.hasUsk()) {
        add(file.getUsk());
      }
    }
  }

  private void add(Criu.UnixSk socket) {
    byIno.put(socket.getIno(), socket);
    if (socket.getPeer() != 0) {
      senders.putIfAbsent(socket.getPeer(), nameOf(socket));
    }
    if (socket.getState() == UnixSockets.TCP_LISTEN && !socket.getName().isEmpty()) {
      listening.add(List.of(socket.getType(), nameOf(socket)));
    }
  }

  private static String name(Criu.UnixSk socket) {
    return "socket:[" + Integer.toUnsignedString(socket.getIno()) + "]";
  }

  /** Notes what an image has no place for. */
  void noteLosses(Criu.UnixSk socket, Losses losses) {
    String of = name(socket);
    if (socket.getUflags() != 0) {
      losses.add("uflags 0x" + Integer.toHexString(socket.getUflags()), of);
    }
    if (socket.getDeleted()) {
      losses.add("deleted", of + ", bound to a file that is gone");
    }
    if (isPath(nameOf(socket)) && !isInCwd(socket)) {
      losses.add("name_dir", of + ", bound in " + socket.getNameDir().toStringUtf8());
    }
    if (isWaiting(socket)) {
      losses.add("peer", of + ", which was not accepted yet");
    } else if (socket.getPeer() != 0 && !byIno.containsKey(socket.getPeer())) {
      losses.add("peer", of + ", connected to a socket that is not there");
    }
    if (!isDatagram(socket) && isOutside(socket)) {
      losses.add("peer", of + ", connected to another process");
    }
    if (hasNameOfNobody(socket)) {
      losses.add("name", of + ", accepted by a socket that is closed");
    }
  }

  private static boolean isDatagram(Criu.UnixSk socket) {
    return socket.getType() == FileUnixSocket.SOCK_DGRAM;
  }

  private static boolean isPath(ByteString name) {
    return !name.isEmpty() && name.byteAt(0) != 0;
  }

  private boolean isInCwd(Criu.UnixSk socket) {
    return nameOf(socket).byteAt(0) == '/'
        || !socket.hasNameDir()
        || Protos.bytes(socket.getNameDir()).equals(cwd);
  }

  private boolean isOutside(Criu.UnixSk socket) {
    Criu.UnixSk peer = byIno.get(socket.getPeer());
    return peer != null && (peer.getUflags() & UnixSockets.USK_EXTERN) != 0;
  }

  /** A connection that nobody has accepted has the socket that listens for its peer. */
  private boolean isWaiting(Criu.UnixSk socket) {
    Criu.UnixSk peer = byIno.get(socket.getPeer());
    return peer != null && !isDatagram(socket) && peer.getState() == UnixSockets.TCP_LISTEN;
  }

  /** NB: of a connection one end has the name of what listened; CRIU gives it to neither again. */
  private boolean hasNameOfNobody(Criu.UnixSk socket) {
    boolean met = !isDatagram(socket) && socket.getState() == UnixSockets.TCP_ESTABLISHED;
    Criu.UnixSk peer = byIno.get(socket.getPeer());
    return met
        && !nameOf(socket).isEmpty()
        && !isAccepted(socket)
        && (peer == null || !isAccepted(peer));
  }

  private boolean isAccepted(Criu.UnixSk socket) {
    return listening.contains(List.of(socket.getType(), nameOf(socket)));
  }

  /** As sun_path, without a path's final zero. */
  private static ByteString nameOf(Criu.UnixSk socket) {
    ByteString name = Protos.bytes(socket.getName());
    boolean ends = isPath(name) && name.byteAt(name.length() - 1) == 0;
    return ends ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * A socket.
   *
   * @param uid its owner
   * @param data what waits in it
   */
  FileUnixSocket toCkpt(Criu.UnixSk socket, int uid, List<ByteString> data) {
    int state = stateOf(socket);
    boolean named =
        !socket.getDeleted()
            && !hasNameOfNobody(socket)
            && (!isPath(nameOf(socket)) || isInCwd(socket));
    boolean hasFile = named && socket.hasFilePerms();
    Criu.FilePerms perms = socket.getFilePerms();
    Criu.InetSk options = Criu.InetSk.newBuilder().setOpts(socket.getOpts()).buildPartial();
    boolean connected = state == FileUnixSocket.CONNECTED;
    ByteString sender = senderTo(socket);
    return new FileUnixSocket(
        Integer.toUnsignedLong(socket.getIno()),
        socket.getFlags(),
        socket.getType(),
        state,
        connected ? Integer.toUnsignedLong(socket.getPeer()) : 0,
        state == FileUnixSocket.LISTENING ? socket.getBacklog() : 0,
        socket.getShutdown(),
        uid,
        hasFile ? perms.getMode() : 0,
        hasFile ? perms.getUid() : 0,
        hasFile ? perms.getGid() : 0,
        named ? nameOf(socket) : ByteString.EMPTY,
        state == FileUnixSocket.CONNECTED_OUTSIDE
            ? nameOf(byIno.get(socket.getPeer()))
            : ByteString.EMPTY,
        SocketOptions.toCkpt(SocketKind.UNIX, options),
        data.stream().map(each -> new SocketMessage(sender, 0, 0, 0, each)).toList());
  }

  private int stateOf(Criu.UnixSk socket) {
    boolean connected = socket.getState() == UnixSockets.TCP_ESTABLISHED;
    if (socket.getState() == UnixSockets.TCP_LISTEN) {
      return FileUnixSocket.LISTENING;
    } else if (isDatagram(socket) && isOutside(socket)) {
      return FileUnixSocket.CONNECTED_OUTSIDE;
    } else if (byIno.containsKey(socket.getPeer()) && !isWaiting(socket) && !isOutside(socket)) {
      return FileUnixSocket.CONNECTED;
    }
    // NB: of datagrams the kernel calls a socket connected that somebody has connected to.
    return connected && !isDatagram(socket) ? FileUnixSocket.PEER_GONE : FileUnixSocket.UNCONNECTED;
  }

  /** Whom CRIU has a datagram come from: it does not note that, and takes who is connected. */
  private ByteString senderTo(Criu.UnixSk socket) {
    ByteString nobody = ByteString.EMPTY;
    return isDatagram(socket) ? senders.getOrDefault(socket.getIno(), nobody) : nobody;
  }
}
