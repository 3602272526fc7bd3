package dev.ckpt.convert.criu;

import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketFilter;
import dev.ckpt.format.record.SocketOption;
import dev.ckpt.format.record.TcpSock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/** The sockets of an image as files.img has them. */
final class Sockets {
  private final ImageState state;
  private final UnixSockets unix;
  private final IntFunction<Criu.Fown> fowns;
  private final Losses losses;
  private final Map<Integer, SocketFilter> filters = new HashMap<>();
  private final Map<Integer, TcpSock> connections = new HashMap<>();

  /** Sockets of others than root: CRIU makes them before it takes their task's ids. */
  private int nrOwned;

  /**
   * Begins.
   *
   * @param ids gives numbers that no file has yet
   * @param fowns whom the signals of a file go to
   */
  Sockets(ImageState state, IntSupplier ids, IntFunction<Criu.Fown> fowns, Losses losses)
      throws CorruptImageException {
    this.state = state;
    this.unix = new UnixSockets(state, ids, losses);
    this.fowns = fowns;
    this.losses = losses;
    state.all(SocketFilter.class).forEach(filter -> filters.put(filter.socket(), filter));
    state.all(TcpSock.class).forEach(tcp -> connections.put(tcp.file(), tcp));
  }

  /** The messages of all that CRIU has one for, in an order that it can take. */
  List<Criu.File.Builder> toCriu() throws CorruptImageException {
    List<Criu.File.Builder> files = new ArrayList<>();
    List<Criu.File.Builder> inside = new ArrayList<>();
    Map<Integer, FileUnixSocket> sockets = state.shared(FileUnixSocket.class);
    for (int id : unix.ordered()) {
      inside.add(unix(id, sockets.get(id)));
    }
    unix.outside().forEach(usk -> files.add(outside(usk)));
    files.addAll(inside);
    for (Map.Entry<Integer, FileInetSocket> socket :
        state.shared(FileInetSocket.class).entrySet()) {
      if (InetSockets.isKnown(socket.getValue())) {
        files.add(inet(socket.getKey(), socket.getValue()));
      }
    }
    if (!connections.isEmpty()) {
      losses.note("CRIU makes TCP connections again only with --tcp-established");
    }
    if (nrOwned > 0) {
      losses.note(nrOwned + " sockets are not root's, and will be: CRIU has no place for an owner");
    }
    return files;
  }

  private Criu.File.Builder unix(int id, FileUnixSocket socket) {
    Criu.SkOpts.Builder opts =
        SocketOptions.toCriu(SocketKind.UNIX, socket.options(), loss(UnixSockets.name(socket)))
            .getOptsBuilder();
    addFilter(id, opts);
    nrOwned += socket.uid() != 0 ? 1 : 0;
    return Criu.File.newBuilder().setId(id).setUsk(unix.toCriu(id, opts.build(), fowns.apply(id)));
  }

  private Criu.File.Builder inet(int id, FileInetSocket socket) throws CorruptImageException {
    Criu.InetSk.Builder isk;
    try {
      isk = InetSockets.toCriu(id, socket, fowns.apply(id), losses);
    } catch (IllegalArgumentException e) {
      // What the layout of a record does not say of an address.
      throw corrupt("addresses of its domain", e.getMessage());
    }
    addFilter(id, isk.getOptsBuilder());
    boolean live =
        socket.sockType() == FileInetSocket.SOCK_STREAM
            && socket.state() == FileInetSocket.CONNECTED;
    TcpSock tcp = connections.get(id);
    if (live != (tcp != null)) {
      throw corrupt("a TCP_SOCK of each live connection", "objref " + id);
    } else if (live) {
      addConnection(tcp, isk);
    }
    nrOwned += socket.uid() != 0 ? 1 : 0;
    return Criu.File.newBuilder().setId(id).setIsk(isk);
  }

  private static CorruptImageException corrupt(String expected, String actual) {
    return new CorruptImageException(0, "FILE_INET_SOCKET", expected, actual);
  }

  private Consumer<SocketOption> loss(String of) {
    return option -> losses.add("SocketOption " + option.level() + "/" + option.name(), of);
  }

  private Criu.File.Builder outside(Criu.UnixSk usk) {
    ByteString name = Protos.bytes(usk.getName());
    losses.note(
        "CRIU connects to unix socket " + name + " of another process only with --ext-unix-sk");
    return Criu.File.newBuilder().setId(usk.getId()).setUsk(usk);
  }

  /** NB: sizes that nobody has set are those of the connection, and are not locked. */
  private static void addConnection(TcpSock tcp, Criu.InetSk.Builder isk) {
    isk.setState(tcp.state()).getOptsBuilder().setSoSndbuf(tcp.sndbuf()).setSoRcvbuf(tcp.rcvbuf());
  }

  private void addFilter(int id, Criu.SkOpts.Builder opts) {
    SocketFilter filter = filters.get(id);
    if (filter != null) {
      opts.addAllSoFilter(SocketOptions.filterToCriu(filter.instructions()));
      if (filter.locked() != 0) {
        losses.add("SOCKET_FILTER.locked", "of file " + id);
      }
    }
  }
}
