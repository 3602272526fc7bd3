package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.tracee.Deadline;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.UdpDatagram;
import dev.ckpt.rstr.Checks;
import dev.ckpt.rstr.RstrContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sends again what waited in a UDP socket: whole packets, with their old headers, to an address of
 * this machine. They go over loopback, where the kernel takes any sender's address.
 */
final class UdpQueue {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final RstrContext context;

  UdpQueue(RstrContext context) {
    this.context = context;
  }

  /**
   * Whether packets can be sent, and come to this machine: a packet to an address that it has no
   * more would go out, in another's name.
   */
  static void check(Checks checks) throws CkptException {
    List<UdpDatagram> all = checks.state().all(UdpDatagram.class);
    if (all.isEmpty()) {
      return;
    }
    try (Fd raw = Sockets.open(Socket.AF_INET, Socket.SOCK_RAW, Netinet.IPPROTO_RAW)) {
      new SocketRoom(raw, SocketRoom.Direction.RECEIVING).close();
    } catch (SyscallException e) {
      if (e.errno() != Errno.EPERM) {
        throw e;
      }
      checks.refuse(
          RefusalCode.NO_RIGHT_TO_NET,
          "datagrams wait in its sockets, which are put back by raw packets",
          "run as root or with CAP_NET_RAW and CAP_NET_ADMIN");
    }
    Set<ByteString> receivers = new HashSet<>();
    for (UdpDatagram datagram : all) {
      if (receivers.add(datagram.receiver())) {
        tryAddress(checks, datagram);
      }
    }
  }

  private static void tryAddress(Checks checks, UdpDatagram datagram) throws CkptException {
    byte[] address = withoutPort(datagram.receiver());
    try (Fd probe = Sockets.open(domain(datagram), Socket.SOCK_DGRAM, 0)) {
      Sockets.bind(probe, address);
    } catch (SyscallException e) {
      if (e.errno() != Errno.EADDRNOTAVAIL) {
        throw e;
      }
      checks.refuse(
          RefusalCode.ADDRESS_GONE,
          "address " + InetSocket.text(datagram.receiver()) + " of a datagram that waits",
          "give this machine the address");
    }
  }

  private static byte[] withoutPort(ByteString sockaddr) {
    byte[] address = sockaddr.toByteArray();
    Arrays.fill(address, 2, 4, (byte) 0);
    return address;
  }

  private static int domain(UdpDatagram datagram) {
    return datagram.isIpv4() ? Socket.AF_INET : Socket.AF_INET6;
  }

  /**
   * Sends them to a socket that is bound, and not connected yet, lest it takes them from its peer
   * alone.
   *
   * @param number the task's descriptor
   */
  void fill(int number, List<UdpDatagram> datagrams) throws CkptException {
    try (Fd socket = Tasks.pidfdGetfd(context.pidfd(), number);
        SocketRoom room = new SocketRoom(socket, SocketRoom.Direction.RECEIVING)) {
      for (UdpDatagram datagram : datagrams) {
        send(socket, datagram);
      }
    }
  }

  /**
   * NB: what came is seen by the memory it takes. To peek at it would mark an empty datagram, which
   * the next dump would not see then (net/core/datagram.c, skb_set_peeked).
   */
  private static void send(Fd socket, UdpDatagram datagram) throws CkptException {
    int before = Sockets.receivedBytes(socket);
    try (Fd raw = Sockets.open(domain(datagram), Socket.SOCK_RAW, Netinet.IPPROTO_RAW)) {
      byte[] to = withoutPort(datagram.receiver());
      Sockets.send(raw, to, Optional.empty(), UdpPacket.of(datagram));
    }
    Deadline deadline = Deadline.in(PATIENCE);
    while (Sockets.receivedBytes(socket) == before) {
      if (deadline.passed()) {
        String what = "a datagram from " + InetSocket.text(datagram.sender()) + " over loopback";
        throw new SyscallException("", "sendmsg", what, Errno.ETIMEDOUT);
      }
      deadline.pause();
    }
  }
}
