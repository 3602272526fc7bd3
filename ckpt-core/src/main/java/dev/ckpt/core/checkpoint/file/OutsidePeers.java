package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.UnixDiag;
import dev.ckpt.format.ByteString;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sockets at the other end of a unix connection that are not the task's. */
final class OutsidePeers {
  private static final int SHUTDOWN_BOTH = 3;

  private final Set<Long> own;
  private final Map<Long, UnixDiag> diags;

  /**
   * For one dump.
   *
   * @param own inodes of the task's unix sockets
   * @param diags all unix sockets, by inode
   */
  OutsidePeers(Set<Long> own, Map<Long, UnixDiag> diags) {
    this.own = own;
    this.diags = diags;
  }

  /** Whether it is connected to one of those, or to one that nobody has accepted. */
  boolean has(UnixDiag socket, int sockType) {
    if (!socket.hasPeer()) {
      return false;
    }
    return socket.peer() == 0
        ? sockType != Socket.SOCK_DGRAM && socket.shutdown() != SHUTDOWN_BOTH
        : !own.contains(socket.peer());
  }

  /**
   * The name of the other end, where a new connection to it is as good as the old one: of a
   * datagram socket that is connected to nobody itself, and that the name leads to from anywhere.
   */
  Optional<ByteString> name(UnixDiag socket, int sockType) {
    UnixDiag peer = diags.get(socket.peer());
    if (sockType != Socket.SOCK_DGRAM || own.contains(socket.peer()) || peer == null) {
      return Optional.empty();
    }
    boolean reachable = !peer.hasPeer() && !peer.name().isEmpty() && leadsTo(peer);
    return reachable ? Optional.of(peer.name()) : Optional.empty();
  }

  private static boolean leadsTo(UnixDiag peer) {
    if (peer.name().byteAt(0) == 0) {
      return true;
    }
    if (peer.name().byteAt(0) != '/') {
      return false;
    }
    try {
      // The kernel tells the lower half of the inode number only.
      FileStat stat = FileStat.of(peer.name().toByteArray());
      return stat.type() == FileStat.S_IFSOCK && (int) stat.ino() == (int) peer.fileIno();
    } catch (SyscallException e) {
      // Whatever the reason, a restore would not find it either: it counts as nameless.
      return false;
    }
  }
}
