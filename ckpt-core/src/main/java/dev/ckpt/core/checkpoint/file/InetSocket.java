package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.SocketOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A socket of IPv4 or IPv6: TCP that listens, is not connected, or is to come back closed; UDP
 * bound or connected.
 *
 * <p>Nothing is asked of a live connection but TCP_INFO. To save one would take TCP_REPAIR, which
 * belongs to the socket: if we were killed, it would stay frozen.
 */
final class InetSocket implements FileKind {
  private final Map<OpenFile, FileInetSocket> records = new HashMap<>();

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    SocketRefusals common = new SocketRefusals(files.context());
    common.refuseShared(mine);
    for (OpenFile file : mine) {
      try (Fd socket = files.context().duplicate(file.fd())) {
        int protocol = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_PROTOCOL);
        boolean tcp = protocol == Netinet.IPPROTO_TCP;
        TcpState tcpState = tcp ? TcpState.of(socket) : null;
        boolean dropped = tcp && tcpState.isReset() && files.context().tcpClose();
        if (dropped || !common.refuses(file, socket)) {
          records.put(file, record(file, socket, protocol, tcpState));
        }
        if (tcp) {
          refuseTcp(files.context(), file, tcpState);
        } else {
          refuseUdp(files.context(), file, socket);
        }
      }
    }
  }

  private static void refuseTcp(CkptContext context, OpenFile file, TcpState state) {
    if (context.tcpClose()) {
      return;
    }
    String remedy = "close it, or dump with --tcp-close: it comes back as one that was reset";
    context
        .refusals()
        .addIf(
            state.isConnection(),
            Code.TCP_CONNECTION,
            SocketRefusals.name(file) + " is a TCP connection",
            remedy);
    context
        .refusals()
        .addIf(
            state.pending() > 0,
            Code.SOCKET_BACKLOG,
            SocketRefusals.name(file)
                + " has "
                + state.pending()
                + " connections that it has not accepted",
            "let the task accept them, or dump with --tcp-close");
  }

  /** NB: datagrams that wait come from addresses that are not ours to send from. */
  private static void refuseUdp(CkptContext context, OpenFile file, Fd socket)
      throws SyscallException {
    int events = Sockets.events(socket);
    boolean corked = Sockets.optionInt(socket, Netinet.IPPROTO_UDP, Netinet.UDP_CORK) != 0;
    if ((events & Sockets.POLLRDHUP) != 0) {
      context
          .refusals()
          .add(
              Code.SOCKET_SHUTDOWN,
              SocketRefusals.name(file) + " was shut down",
              "this version cannot save it");
    } else if ((events & Sockets.POLLIN) != 0 || corked) {
      context
          .refusals()
          .add(
              Code.SOCKET_QUEUE,
              SocketRefusals.name(file) + (corked ? " is corked" : " has datagrams in its queue"),
              corked ? "this version cannot save it" : "let the task receive them");
    }
  }

  @Override
  public int save(Files files, OpenFile file) {
    return files.context().addTarget(records.get(file));
  }

  private static FileInetSocket record(OpenFile file, Fd socket, int protocol, TcpState tcp)
      throws SyscallException {
    byte[] peer = tcp == null ? Sockets.peer(socket).orElse(new byte[0]) : new byte[0];
    byte[] name = Sockets.name(socket);
    boolean over = tcp != null && (tcp.isReset() || tcp.isOver());
    // What is over sends no more; and the kernel has changed some options as it went.
    List<SocketOption> options =
        SocketOptions.of(socket, over ? new int[0][] : InetOptions.of(protocol));
    return new FileInetSocket(
        file.stat().ino(),
        file.flags(),
        Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_DOMAIN),
        Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE),
        protocol,
        state(tcp, peer),
        tcp == null ? 0 : tcp.backlog(),
        file.stat().uid(),
        ByteString.of(isNamed(name) && !over ? name : new byte[0]),
        ByteString.of(peer),
        options);
  }

  private static int state(TcpState tcp, byte[] peer) {
    if (tcp == null) {
      return peer.length > 0 ? FileInetSocket.CONNECTED : FileInetSocket.UNCONNECTED;
    }
    if (tcp.isReset()) {
      return FileInetSocket.RESET;
    }
    if (tcp.isOver()) {
      return FileInetSocket.OVER;
    }
    return tcp.isListening() ? FileInetSocket.LISTENING : FileInetSocket.UNCONNECTED;
  }

  /** Whether an address or a port is set: anything behind the family but zeros. */
  private static boolean isNamed(byte[] sockaddr) {
    final int family = 2;
    for (int i = family; i < sockaddr.length; i++) {
      if (sockaddr[i] != 0) {
        return true;
      }
    }
    return false;
  }
}
