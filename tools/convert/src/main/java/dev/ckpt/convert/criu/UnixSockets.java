package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * The unix sockets of an image as CRIU has them. The inode of each is its reference: that fits into
 * 32 bits, and is different for all.
 */
final class UnixSockets {
  /** unix_sk_entry.state, and that of inet_sk_entry; as in net/tcp_states.h. */
  static final int TCP_ESTABLISHED = 1;

  static final int TCP_CLOSE = 7;
  static final int TCP_LISTEN = 10;

  /** unix_sk_entry.uflags: it is of another process, and nobody's descriptor. */
  static final int USK_EXTERN = 1;

  private static final ByteString NOBODY = ByteString.EMPTY;

  private final ByteString cwd;
  private final Losses losses;
  private final IntSupplier ids;
  private final Map<Integer, FileUnixSocket> sockets;
  private final Map<Long, Integer> byInode = new HashMap<>();

  /** Sockets of other processes, by their names. */
  private final Map<ByteString, Criu.UnixSk> outside = new LinkedHashMap<>();

  private final Map<Integer, Integer> queuers = new HashMap<>();

  /**
   * Begins.
   *
   * @param ids gives numbers that no file has yet
   * @throws CorruptImageException if one is connected to a socket that is not there
   */
  UnixSockets(ImageState state, IntSupplier ids, Losses losses) throws CorruptImageException {
    this.cwd = state.task().cwd();
    this.ids = ids;
    this.losses = losses;
    this.sockets = state.shared(FileUnixSocket.class);
    sockets.forEach((id, socket) -> byInode.put(socket.inode(), id));
    for (FileUnixSocket socket : sockets.values()) {
      if (socket.state() == FileUnixSocket.CONNECTED && !byInode.containsKey(socket.peer())) {
        throw new CorruptImageException(
            0, "FILE_UNIX_SOCKET", "a socket with inode " + socket.peer(), "none");
      }
    }
  }

  /** Their references in the order in which CRIU takes them: it looks for a peer backwards only. */
  List<Integer> ordered() {
    Set<Integer> ordered = new LinkedHashSet<>();
    for (int id : sockets.keySet()) {
      Deque<Integer> chain = new ArrayDeque<>();
      Set<Integer> inChain = new HashSet<>();
      int at = id;
      while (at != 0 && !ordered.contains(at) && inChain.add(at)) {
        chain.push(at);
        at = peerThatComesFirst(at);
      }
      if (inChain.contains(at) && !ordered.contains(at)) {
        losses.add("FILE_UNIX_SOCKET.peer", name(sockets.get(at)) + ", connected in a circle");
      }
      ordered.addAll(chain);
    }
    findQueuers(ordered);
    return List.copyOf(ordered);
  }

  /** The socket that has to stand before one; 0: none. */
  private int peerThatComesFirst(int id) {
    int peer = peer(id);
    return peer == id || peer != 0 && peer(peer) == id ? 0 : peer;
  }

  private int peer(int id) {
    FileUnixSocket socket = sockets.get(id);
    return socket.state() == FileUnixSocket.CONNECTED ? byInode.getOrDefault(socket.peer(), 0) : 0;
  }

  /** Through which socket CRIU fills a queue again: the first that is connected to it. */
  private void findQueuers(Set<Integer> ordered) {
    for (int id : ordered) {
      int peer = peer(id);
      if (peer != 0) {
        queuers.putIfAbsent(peer, id);
        if (peer(peer) == id) {
          queuers.putIfAbsent(id, peer);
        }
      }
    }
  }

  static String name(FileUnixSocket socket) {
    return "socket:[" + Long.toUnsignedString(socket.inode()) + "]";
  }

  /**
   * A socket.
   *
   * @param opts its options
   */
  Criu.UnixSk toCriu(int id, Criu.SkOpts opts, Criu.Fown fown) {
    FileUnixSocket socket = sockets.get(id);
    noteLosses(id, socket);
    Criu.UnixSk.Builder to =
        Criu.UnixSk.newBuilder()
            .setId(id)
            .setIno(id)
            .setType(socket.sockType())
            .setState(stateOf(socket))
            .setFlags(socket.flags())
            .setUflags(0)
            .setBacklog(socket.backlog())
            .setPeer(peerOf(id, socket))
            .setFown(fown)
            .setOpts(opts)
            .setShutdown(socket.shutdown());
    setName(to, socket.name());
    if (socket.hasFile()) {
      to.setFilePerms(
          Criu.FilePerms.newBuilder()
              .setMode(socket.fileMode())
              .setUid(socket.fileUid())
              .setGid(socket.fileGid()));
    }
    return to.build();
  }

  /** NB: CRIU counts the zero behind a path, as the kernel does; there may be no room for it. */
  private void setName(Criu.UnixSk.Builder to, ByteString name) {
    boolean path = !name.isEmpty() && name.byteAt(0) != 0;
    boolean ends = path && name.length() < Limits.MAX_SUN_PATH_BYTES;
    to.setName(Protos.bytes(ends ? name.concat(ByteString.of(new byte[1])) : name));
    if (path && name.byteAt(0) != '/') {
      to.setNameDir(Protos.bytes(cwd));
    }
  }

  private static int stateOf(FileUnixSocket socket) {
    return switch (socket.state()) {
      case FileUnixSocket.UNCONNECTED -> TCP_CLOSE;
      case FileUnixSocket.LISTENING -> TCP_LISTEN;
      default -> TCP_ESTABLISHED;
    };
  }

  private int peerOf(int id, FileUnixSocket socket) {
    if (socket.state() != FileUnixSocket.CONNECTED_OUTSIDE) {
      return peer(id);
    }
    return outside.computeIfAbsent(socket.peerName(), this::outside).getIno();
  }

  private Criu.UnixSk outside(ByteString name) {
    int id = ids.getAsInt();
    Criu.SkOpts none = SocketOptions.toCriu(SocketKind.UNIX, List.of(), option -> {}).getOpts();
    Criu.UnixSk.Builder to =
        Criu.UnixSk.newBuilder()
            .setId(id)
            .setIno(id)
            .setType(FileUnixSocket.SOCK_DGRAM)
            .setState(TCP_LISTEN)
            .setFlags(0)
            .setUflags(USK_EXTERN)
            .setBacklog(0)
            .setPeer(0)
            .setFown(Fowns.NONE)
            .setOpts(none);
    setName(to, name);
    return to.build();
  }

  /** Those of other processes that some of them are connected to. They come first in the file. */
  Iterable<Criu.UnixSk> outside() {
    return outside.values();
  }

  private void noteLosses(int id, FileUnixSocket socket) {
    String of = name(socket);
    boolean datagrams = socket.sockType() == FileUnixSocket.SOCK_DGRAM;
    if (datagrams && socket.state() == FileUnixSocket.PEER_GONE) {
      losses.add("FILE_UNIX_SOCKET.state", of + ", whose peer is gone");
    }
    boolean met =
        socket.state() == FileUnixSocket.CONNECTED || socket.state() == FileUnixSocket.PEER_GONE;
    if (!datagrams && met && !socket.name().isEmpty()) {
      losses.note("CRIU gives " + of + ", which is connected, no name again");
    }
    ByteString sender = queuers.containsKey(id) ? sockets.get(queuers.get(id)).name() : NOBODY;
    if (socket.messages().stream().anyMatch(message -> message.pid() != 0)) {
      losses.add("FILE_UNIX_SOCKET.messages.pid", of);
    }
    if (datagrams
        && !socket.messages().stream().map(SocketMessage::sender).allMatch(sender::equals)) {
      losses.add("FILE_UNIX_SOCKET.messages.sender", of);
    }
  }
}
