package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.RawSock;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileInetSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Raw sockets, and the datagram sockets of ICMP ("ping sockets"), whose port is an ICMP id. */
final class RawSockets {
  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int SOCKADDR_IN6_BYTES = 28;
  private static final int IPV4_BYTES = 4;
  private static final int RECEIVING = 1;
  private static final int SENDING = 2;

  private final SurveyContext context;
  private final Map<Long, RawSock> seen = new HashMap<>();

  /** For the sockets of one dump. */
  RawSockets(SurveyContext context) throws CkptException {
    this.context = context;
    for (RawSock socket : ProcFs.rawSockets()) {
      seen.put(socket.ino(), socket);
    }
  }

  /** Whether a socket of IPv4 or IPv6 is raw or of ICMP. */
  static boolean isOne(int protocol, Fd socket) throws SyscallException {
    return isRaw(socket) || protocol == Netinet.IPPROTO_ICMP || protocol == Netinet.IPPROTO_ICMPV6;
  }

  private static boolean isRaw(Fd socket) throws SyscallException {
    return Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE) == Socket.SOCK_RAW;
  }

  /**
   * Refuses what cannot be made again. What waits could be sent again over loopback, but not to
   * this socket alone: every raw socket of the protocol would get it, and the kernel, which
   * answers.
   */
  void refuseUnseen(OpenFile file, Fd socket, int protocol) throws CkptException {
    if (Sockets.receivedBytes(socket) != 0) {
      refuse(
          RefusalCode.SOCKET_QUEUE, file, "has packets in its queue", "let the task receive them");
    }
    if (isRaw(socket) && mayRoute(protocol, socket)) {
      refuse(
          RefusalCode.FD_SOCKET,
          file,
          "may be what makes a multicast router of this machine (MRT_INIT)",
          "this version cannot save it; close it before the dump");
    }
    boolean alerted =
        Sockets.option(socket, Netinet.IPPROTO_IPV6, Netinet.IPV6_ROUTER_ALERT)
            .filter(InetSocket::isNamed)
            .isPresent();
    if (alerted) {
      refuse(
          RefusalCode.FD_SOCKET,
          file,
          "gets packets with a router alert (IPV6_ROUTER_ALERT)",
          "this version cannot save it; close it before the dump");
    }
  }

  /** No call tells which socket it is; but only those of these protocols can be it. */
  private static boolean mayRoute(int protocol, Fd socket) throws CkptException {
    boolean ipv4 = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_DOMAIN) == Socket.AF_INET;
    int routers = ipv4 ? Netinet.IPPROTO_IGMP : Netinet.IPPROTO_ICMPV6;
    return protocol == routers && ProcFs.isMulticastRouter(ipv4);
  }

  private void refuse(Code code, OpenFile file, String what, String remedy) {
    context.refusals().add(code, SocketRefusals.name(file) + " " + what, remedy);
  }

  FileInetSocket record(OpenFile file, Fd socket, int protocol) throws SyscallException {
    int domain = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_DOMAIN);
    byte[] peer = peer(file, domain, socket);
    boolean connected = peer.length > 0;
    return new FileInetSocket(
        file.stat().ino(),
        file.flags(),
        domain,
        Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE),
        protocol,
        connected ? FileInetSocket.CONNECTED : FileInetSocket.UNCONNECTED,
        0,
        shutdown(socket),
        file.stat().uid(),
        ByteString.of(name(socket)),
        ByteString.of(peer),
        SocketOptions.of(socket, InetOptions.ofRaw()));
  }

  /** NB: the port of a raw socket is its protocol, bound or not. */
  private static byte[] name(Fd socket) throws SyscallException {
    byte[] name = Sockets.name(socket);
    if (isRaw(socket)) {
      name[2] = 0;
      name[3] = 0;
    }
    return InetSocket.isNamed(name) ? name : new byte[0];
  }

  /**
   * The other end, nothing where there is none. NB: getpeername(2) tells it only if the port that
   * connect(2) was given is not 0.
   */
  private byte[] peer(OpenFile file, int domain, Fd socket) throws SyscallException {
    RawSock found = seen.get(file.stat().ino());
    if (found == null || !found.connected()) {
      return new byte[0];
    }
    Optional<byte[]> told = Sockets.peer(socket);
    return told.isPresent() ? told.get() : sockaddr(domain, found);
  }

  /**
   * Without a scope: what is connected to a link-local address is bound to that device, which is an
   * option of the socket.
   */
  private static byte[] sockaddr(int domain, RawSock found) {
    boolean ipv4 = found.peer().length() == IPV4_BYTES;
    ByteBuffer address = ByteBuffer.allocate(ipv4 ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES);
    address.order(ByteOrder.LITTLE_ENDIAN).putShort((short) domain);
    address.order(ByteOrder.BIG_ENDIAN).putShort((short) found.peerPort());
    address.position(ipv4 ? 4 : 8);
    return address.put(found.peer().toByteArray()).array();
  }

  /** NB: poll(2) shows that it was shut down for sending only beside the other. */
  private static int shutdown(Fd socket) throws SyscallException {
    int events = Sockets.events(socket);
    if ((events & Sockets.POLLHUP) != 0) {
      return RECEIVING | SENDING;
    }
    return (events & Sockets.POLLRDHUP) != 0 ? RECEIVING : 0;
  }
}
