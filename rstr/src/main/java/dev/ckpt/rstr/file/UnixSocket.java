package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketRights;
import dev.ckpt.rstr.Checks;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes unix sockets: all of them first, then names, connections, what waits in them, options.
 *
 * <p>The order matters: a datagram socket that is connected takes messages from its peer alone, so
 * that it is filled before; and after a shutdown nothing can be sent.
 */
final class UnixSocket implements FileKind {
  private Optional<Work> work = Optional.empty();

  @Override
  public void check(Checks checks) throws CkptException {
    new UnixNames(checks.state()).check(checks);
  }

  @Override
  public void restore(Files files) throws IOException {
    Map<Integer, FileUnixSocket> sockets = files.state().shared(FileUnixSocket.class);
    if (!sockets.isEmpty()) {
      work = Optional.of(new Work(files, sockets));
      work.get().make();
    }
  }

  /** Fills them: any file may come with a message, and be there in the queue alone. */
  @Override
  public void join(Files files) throws IOException {
    if (work.isPresent()) {
      work.get().fillAndFinish();
    }
  }

  /** One restore. */
  private static final class Work {
    private final Files files;
    private final Map<Integer, FileUnixSocket> sockets;
    private final UnixNames names;

    /** The descriptor of each socket, by its inode. */
    private final Map<Long, Integer> numbers = new HashMap<>();

    /** The other end of a socket whose peer is gone, by that socket's inode. */
    private final Map<Long, Integer> gonePeers = new HashMap<>();

    Work(Files files, Map<Integer, FileUnixSocket> sockets) {
      this.files = files;
      this.sockets = sockets;
      this.names = new UnixNames(files.state());
    }

    void make() throws IOException {
      byte[] cwd = files.state().task().cwd().toByteArray();
      Batch batch = files.run().room(1, cwd.length + 1);
      batch.call("chdir", SyscallNumbers.CHDIR, batch.string(cwd));
      for (FileUnixSocket socket : sockets.values()) {
        create(socket);
      }
      for (FileUnixSocket socket : sockets.values()) {
        int number = number(socket);
        if (names.isOwner(socket)) {
          bind(socket, number);
        }
        if (socket.state() == FileUnixSocket.LISTENING) {
          files.run().call("listen", SyscallNumbers.LISTEN, number, socket.backlog());
        }
      }
      for (FileUnixSocket socket : sockets.values()) {
        if (names.isAccepted(socket)) {
          meet(socket);
        }
      }
      sockets.forEach((objref, socket) -> files.opened(objref, number(socket)));
    }

    void fillAndFinish() throws IOException {
      fill();
      for (Map.Entry<Integer, FileUnixSocket> entry : sockets.entrySet()) {
        finish(entry.getKey(), entry.getValue());
      }
      for (int number : gonePeers.values()) {
        files.run().call("close", SyscallNumbers.CLOSE, number);
      }
    }

    /** Its number, given when it is first asked for. */
    private int number(FileUnixSocket socket) {
      return numbers.computeIfAbsent(socket.inode(), inode -> files.context().fds().take());
    }

    private void create(FileUnixSocket socket) throws CkptException {
      if (names.isAccepted(socket)) {
        if (socket.state() == FileUnixSocket.PEER_GONE) {
          socket(socket.sockType(), gonePeer(socket));
        }
      } else if (socket.state() == FileUnixSocket.PEER_GONE) {
        pair(socket.sockType(), number(socket), gonePeer(socket));
      } else if (names.isPair(socket)) {
        if (!numbers.containsKey(socket.inode())) {
          pair(socket.sockType(), number(socket), number(names.peer(socket)));
        }
      } else {
        socket(socket.sockType(), number(socket));
      }
    }

    private int gonePeer(FileUnixSocket socket) {
      return gonePeers.computeIfAbsent(socket.inode(), inode -> files.context().fds().take());
    }

    private void socket(int type, int number) throws CkptException {
      Batch batch = files.run().room(3, 0);
      Batch.Result fd = batch.call("socket", SyscallNumbers.SOCKET, Socket.AF_UNIX, type, 0);
      move(batch, fd, number);
    }

    private void pair(int type, int one, int other) throws CkptException {
      Batch batch = files.run().room(5, Long.BYTES);
      Batch.Data fds = batch.space(Long.BYTES);
      batch.call("socketpair", SyscallNumbers.SOCKETPAIR, Socket.AF_UNIX, type, 0, fds);
      // struct of two ints; a descriptor argument counts with its low half only
      move(batch, fds.word(0), one);
      move(batch, fds.word(4), other);
    }

    private static void move(Batch batch, Object from, int number) {
      batch.call("dup3", SyscallNumbers.DUP3, from, number, Fcntl.O_CLOEXEC);
      batch.call("close", SyscallNumbers.CLOSE, from);
    }

    private void bind(FileUnixSocket socket, int number) throws CkptException {
      byte[] name = socket.name().toByteArray();
      byte[] address = Sockets.unixAddress(name);
      Batch batch = files.run().room(4, 2 * address.length + 16);
      if (socket.hasFile()) {
        // What stands there is the file of the socket that was dumped: nobody is bound to it.
        batch.tryCall("unlink", SyscallNumbers.UNLINK, batch.string(name));
      }
      batch.call(
          "bind " + socket.name(),
          SyscallNumbers.BIND,
          number,
          batch.data(address),
          address.length);
      if (socket.hasFile()) {
        Batch.Data path = batch.string(name);
        batch.call("chown", SyscallNumbers.CHOWN, path, socket.fileUid(), socket.fileGid());
        batch.call("chmod", SyscallNumbers.CHMOD, path, socket.fileMode() & 07777);
      }
    }

    /** Connects to the socket that listens under the name, and accepts. */
    private void meet(FileUnixSocket accepted) throws CkptException {
      boolean gone = accepted.state() == FileUnixSocket.PEER_GONE;
      int client = gone ? gonePeer(accepted) : number(names.peer(accepted));
      byte[] address = Sockets.unixAddress(accepted.name().toByteArray());
      Batch batch = files.run().room(4, address.length + 8);
      batch.call(
          "connect " + accepted.name(),
          SyscallNumbers.CONNECT,
          client,
          batch.data(address),
          address.length);
      int listener = number(names.listener(accepted));
      Batch.Result fd = batch.call("accept4", SyscallNumbers.ACCEPT4, listener, 0, 0, 0);
      move(batch, fd, number(accepted));
    }

    private void fill() throws IOException {
      for (Map.Entry<Integer, FileUnixSocket> entry : sockets.entrySet()) {
        FileUnixSocket socket = entry.getValue();
        if (socket.messages().isEmpty()) {
          continue;
        }
        boolean gone = socket.state() == FileUnixSocket.PEER_GONE;
        SocketQueue queue = new SocketQueue(files.context(), rights(entry.getKey()));
        if (names.isFilledByName(socket)) {
          queue.fill(socket.name(), socket.messages(), name -> number(names.named(name)));
        } else {
          int sender = gone ? gonePeer(socket) : number(names.peer(socket));
          queue.fill(sender, socket.messages());
        }
      }
    }

    /** The numbers of the files that come with the messages of a socket. */
    private Map<Integer, List<Integer>> rights(int objref) {
      Map<Integer, List<Integer>> rights = new HashMap<>();
      for (SocketRights each : files.state().all(SocketRights.class)) {
        if (each.socket() == objref) {
          rights.put(each.message(), each.files().stream().map(files::number).toList());
        }
      }
      return rights;
    }

    private void finish(int objref, FileUnixSocket socket) throws CkptException {
      int number = number(socket);
      boolean outside = socket.state() == FileUnixSocket.CONNECTED_OUTSIDE;
      if (outside || names.isOneWay(socket)) {
        ByteString peer = outside ? socket.peerName() : names.peer(socket).name();
        byte[] address = Sockets.unixAddress(peer.toByteArray());
        Batch batch = files.run().room(1, address.length);
        batch.call(
            "connect " + peer, SyscallNumbers.CONNECT, number, batch.data(address), address.length);
      }
      SocketOptions.restore(files.run(), number, socket.options());
      SocketFilters.restore(files, objref, number);
      if (socket.shutdown() != 0) {
        // Bits for receiving and sending are how shutdown(2) counts, plus one.
        files.run().call("shutdown", SyscallNumbers.SHUTDOWN, number, socket.shutdown() - 1);
      }
      files.run().call("fchown", SyscallNumbers.FCHOWN, number, socket.uid(), -1);
      files.setFlags(number, socket.flags());
    }
  }
}
