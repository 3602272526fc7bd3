package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.UnixDiag;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.rstr.Checks;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/** Who is who among the unix sockets of an image, and whether their names can be had again. */
final class UnixNames {
  private final ImageState state;
  private final Collection<FileUnixSocket> sockets;

  UnixNames(ImageState state) {
    this.state = state;
    this.sockets = state.shared(FileUnixSocket.class).values();
  }

  /** Whether it was accepted by a socket that listens still: then it has that one's name. */
  boolean isAccepted(FileUnixSocket socket) {
    boolean met =
        socket.state() == FileUnixSocket.CONNECTED || socket.state() == FileUnixSocket.PEER_GONE;
    return met && socket.sockType() != FileUnixSocket.SOCK_DGRAM && listenerOf(socket).isPresent();
  }

  /** Whether it connected to one that was accepted. */
  boolean isClient(FileUnixSocket socket) throws CorruptImageException {
    return socket.state() == FileUnixSocket.CONNECTED && isAccepted(peer(socket));
  }

  /** Whether it is one of two that socketpair(2) makes. */
  boolean isPair(FileUnixSocket socket) throws CorruptImageException {
    return socket.state() == FileUnixSocket.CONNECTED
        && peer(socket).peer() == socket.inode()
        && !isAccepted(socket)
        && !isAccepted(peer(socket));
  }

  /** Whether it is connected to one that knows nothing of it, as datagram sockets may be. */
  boolean isOneWay(FileUnixSocket socket) throws CorruptImageException {
    return socket.state() == FileUnixSocket.CONNECTED
        && !isAccepted(socket)
        && !isClient(socket)
        && !isPair(socket);
  }

  /** Whether what waits in it was sent to its name, by whomever, and not by its other end. */
  boolean isFilledByName(FileUnixSocket socket) throws CorruptImageException {
    return socket.state() != FileUnixSocket.PEER_GONE
        && !isAccepted(socket)
        && !isPair(socket)
        && !isClient(socket);
  }

  /** Whether its name is its own, to be bound. */
  boolean isOwner(FileUnixSocket socket) {
    return !socket.name().isEmpty() && !isAccepted(socket);
  }

  /** The other end. */
  FileUnixSocket peer(FileUnixSocket socket) throws CorruptImageException {
    return require(
        sockets.stream().filter(other -> other.inode() == socket.peer()).findFirst(),
        "socket with inode " + socket.peer());
  }

  /** The socket that accepted it. */
  FileUnixSocket listener(FileUnixSocket accepted) throws CorruptImageException {
    return require(listenerOf(accepted), "socket that listens as " + accepted.name());
  }

  /** The datagram socket of a name. */
  FileUnixSocket named(ByteString name) throws CorruptImageException {
    return require(
        sockets.stream()
            .filter(other -> other.sockType() == FileUnixSocket.SOCK_DGRAM)
            .filter(other -> other.name().equals(name))
            .findFirst(),
        "socket named " + name);
  }

  private static FileUnixSocket require(Optional<FileUnixSocket> socket, String what)
      throws CorruptImageException {
    if (socket.isEmpty()) {
      throw new CorruptImageException(0, "FILE_UNIX_SOCKET", "a " + what, "none");
    }
    return socket.get();
  }

  private Optional<FileUnixSocket> listenerOf(FileUnixSocket socket) {
    return sockets.stream()
        .filter(other -> other.state() == FileUnixSocket.LISTENING && !other.name().isEmpty())
        .filter(other -> other.sockType() == socket.sockType())
        .filter(other -> other.name().equals(socket.name()))
        .findFirst();
  }

  /** Refuses names that somebody else has now. */
  void check(Checks checks) throws CkptException {
    if (sockets.isEmpty()) {
      return;
    }
    Collection<UnixDiag> living = UnixDiag.all().values();
    for (FileUnixSocket socket : sockets) {
      if (socket.state() == FileUnixSocket.CONNECTED) {
        peer(socket);
      }
      if (isFilledByName(socket)) {
        for (SocketMessage message : socket.messages()) {
          if (!message.sender().isEmpty()) {
            named(message.sender());
          }
        }
      }
      if (socket.state() == FileUnixSocket.CONNECTED_OUTSIDE) {
        tryPeer(checks, socket);
      }
      if (isOwner(socket) && !isFree(socket, living)) {
        checks.refuse(
            RefusalCode.SOCKET_NAME_TAKEN,
            "unix socket " + socket.name() + ": the name is in use",
            "end the process that has it, or move the file away");
      }
    }
  }

  /** Connects a socket of ours to the other end; a datagram socket is not told of it. */
  private static void tryPeer(Checks checks, FileUnixSocket socket) throws CkptException {
    try (Fd probe = Sockets.open(Socket.AF_UNIX, socket.sockType(), 0)) {
      Sockets.connect(probe, Sockets.unixAddress(socket.peerName().toByteArray()));
    } catch (SyscallException e) {
      checks.refuse(
          RefusalCode.SOCKET_PEER_GONE,
          "unix socket " + socket.peerName() + " of another process: " + e.getMessage(),
          "start what it belongs to");
    }
  }

  private boolean isFree(FileUnixSocket socket, Collection<UnixDiag> living) throws CkptException {
    if (!socket.hasFile()) {
      return living.stream().noneMatch(other -> other.name().equals(socket.name()));
    }
    try {
      FileStat stat = FileStat.of(path(socket.name()));
      return stat.type() == FileStat.S_IFSOCK
          && living.stream().noneMatch(other -> (int) other.fileIno() == (int) stat.ino());
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENOENT) {
        return true;
      }
      throw e;
    }
  }

  /** A relative name counts from the task's folder. */
  private byte[] path(ByteString name) throws CorruptImageException {
    if (name.byteAt(0) == '/') {
      return name.toByteArray();
    }
    byte[] cwd = state.task().cwd().toByteArray();
    byte[] path = Arrays.copyOf(cwd, cwd.length + 1 + name.length());
    path[cwd.length] = '/';
    System.arraycopy(name.toByteArray(), 0, path, cwd.length + 1, name.length());
    return path;
  }
}
