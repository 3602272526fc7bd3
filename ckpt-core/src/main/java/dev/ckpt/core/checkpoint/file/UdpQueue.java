package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.ControlMessage;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.UdpDiag;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.SocketOption;
import dev.ckpt.format.record.UdpDatagram;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What waits in a UDP socket: the datagrams, and what their headers said. */
final class UdpQueue {
  private static final int RECEIVING = 1;
  private static final int SENDING = 2;

  /** What has the kernel tell a datagram's destination, TTL and TOS, whenever it came. */
  private static final int[] TELLING_IP = {
    Netinet.IP_RECVORIGDSTADDR, Netinet.IP_RECVTTL, Netinet.IP_RECVTOS
  };

  private static final int[] TELLING_IPV6 = {
    Netinet.IPV6_RECVORIGDSTADDR, Netinet.IPV6_RECVHOPLIMIT, Netinet.IPV6_RECVTCLASS
  };

  /** Times and the number of lost ones: a datagram that is sent again has those of then. */
  private static final Set<Integer> RENEWED =
      Set.of(
          Socket.SO_TIMESTAMP,
          Socket.SO_TIMESTAMPNS,
          Socket.SO_TIMESTAMPING,
          Socket.SO_TIMESTAMP_NEW,
          Socket.SO_TIMESTAMPNS_NEW,
          Socket.SO_TIMESTAMPING_NEW,
          Socket.SO_RXQ_OVFL);

  private static final int SOCKADDR_IN_BYTES = UdpDatagram.SOCKADDR_IN_BYTES;
  private static final int MAPPED_IPV4 = 20;

  /** IPv6 and UDP headers, and the most that loopback carries in one piece. */
  private static final int IPV6_HEADERS_BYTES = 48;

  private static final int LOOPBACK_MTU_BYTES = 65536;

  /**
   * A datagram, and what its headers said.
   *
   * @param flaw what keeps it from being sent again, if anything
   */
  record Datagram(
      ByteString sender,
      ByteString receiver,
      int hopLimit,
      int trafficClass,
      ByteString data,
      Optional<String> flaw) {
    UdpDatagram in(int socket) {
      return new UdpDatagram(socket, sender, receiver, hopLimit, trafficClass, data);
    }
  }

  private final SurveyContext context;
  private final Optional<Map<Long, UdpDiag>> diags;

  /** For the sockets of one dump. */
  UdpQueue(SurveyContext context) throws SyscallException {
    this.context = context;
    this.diags = UdpDiag.all();
  }

  /** Refuses what no look at a socket shows. */
  void refuseUnseen(OpenFile file, Fd socket, int protocol) throws SyscallException {
    if (Sockets.optionInt(socket, Netinet.IPPROTO_UDP, Netinet.UDP_CORK) != 0) {
      refuse(file, "is corked", "this version cannot save it");
    } else if (protocol == Netinet.IPPROTO_UDPLITE && Sockets.receivedBytes(socket) != 0) {
      refuse(file, "has datagrams of UDP-Lite in its queue", "let the task receive them");
    }
  }

  private void refuse(OpenFile file, String what, String remedy) {
    context
        .refusals()
        .add(RefusalCode.SOCKET_QUEUE, SocketRefusals.name(file) + " " + what, remedy);
  }

  /**
   * Bit 0 for receiving, bit 1 for sending. NB: poll(2) shows the second only beside the first; so
   * does a kernel that cannot list UDP sockets, and UDP-Lite.
   */
  int shutdown(OpenFile file, Fd socket) throws SyscallException {
    UdpDiag diag = diags.map(all -> all.get(file.stat().ino())).orElse(null);
    if (diag != null) {
      return diag.shutdown();
    }
    int events = Sockets.events(socket);
    boolean both = (events & Sockets.POLLHUP) != 0;
    return both ? RECEIVING | SENDING : (events & Sockets.POLLRDHUP) != 0 ? RECEIVING : 0;
  }

  /**
   * Has the task peek at all of them, and refuses those that cannot be sent again.
   *
   * @param calls of the target
   * @param filtered whether the socket has a filter, which might not let them in again
   */
  List<Datagram> peek(RemoteSyscalls calls, OpenFile file, boolean filtered) throws CkptException {
    List<Sockets.Message> messages;
    try (Fd socket = context.duplicate(file.fd())) {
      if (Sockets.receivedBytes(socket) == 0) {
        return List.of();
      }
      List<SocketOption> telling = new ArrayList<>();
      addPresent(telling, socket, Netinet.IPPROTO_IP, TELLING_IP);
      addPresent(telling, socket, Netinet.IPPROTO_IPV6, TELLING_IPV6);
      messages = SocketQueue.ofUdp(calls, file.fd(), socket, telling);
    }
    List<Datagram> datagrams = new ArrayList<>();
    for (Sockets.Message message : messages) {
      datagrams.add(parse(message));
    }
    Optional<String> flaw = flaw(file.stat().ino(), datagrams);
    if (flaw.isPresent()) {
      refuse(file, "has a datagram that " + flaw.get(), "let the task receive it");
    } else if (filtered && !datagrams.isEmpty()) {
      refuse(file, "has a filter, and datagrams in its queue", "let the task receive them");
    } else if (!SocketQueue.fits(messages)) {
      refuse(file, "has too many datagrams in its queue", "let the task receive them");
    }
    return datagrams;
  }

  /** The first of them that cannot be sent again, or would go elsewhere, if any. */
  private Optional<String> flaw(long ino, List<Datagram> datagrams) throws SyscallException {
    Set<ByteString> receivers = new HashSet<>();
    for (Datagram datagram : datagrams) {
      if (datagram.flaw().isPresent()) {
        return datagram.flaw();
      }
      if (receivers.add(datagram.receiver())) {
        if (!isOwnAddress(datagram.receiver())) {
          return Optional.of("was sent to a group, or to no address of this machine");
        }
        if (mayGoToAnother(ino, datagram.receiver())) {
          return Optional.of("another socket with the same port might get");
        }
      }
    }
    return Optional.empty();
  }

  private boolean mayGoToAnother(long ino, ByteString receiver) {
    int family = receiver.byteAt(0);
    int port = (receiver.byteAt(2) & 0xff) << 8 | receiver.byteAt(3) & 0xff;
    return diags.isEmpty()
        || diags.get().values().stream()
            .anyMatch(
                other -> other.ino() != ino && other.port() == port && other.family() == family);
  }

  private static void addPresent(List<SocketOption> all, Fd socket, int level, int[] names)
      throws SyscallException {
    for (int name : names) {
      Optional<byte[]> value = Sockets.option(socket, level, name);
      value.ifPresent(bytes -> all.add(new SocketOption(level, name, ByteString.of(bytes))));
    }
  }

  /** What a message is, once the kernel was made to tell of its headers. */
  static Datagram parse(Sockets.Message message) throws SyscallException {
    boolean whole = (message.flags() & Socket.MSG_CTRUNC) == 0;
    byte[] receiver = {};
    int hopLimit = 0;
    int trafficClass = 0;
    Optional<String> flaw = whole ? Optional.empty() : Optional.of("carries much ancillary data");
    for (ControlMessage control : message.control()) {
      boolean ip = control.level() == Netinet.IPPROTO_IP;
      boolean ipv6 = control.level() == Netinet.IPPROTO_IPV6;
      if (ip && control.type() == Netinet.IP_RECVORIGDSTADDR
          || ipv6 && control.type() == Netinet.IPV6_RECVORIGDSTADDR) {
        receiver = control.data();
      } else if (ip && control.type() == Netinet.IP_TTL
          || ipv6 && control.type() == Netinet.IPV6_HOPLIMIT) {
        hopLimit = control.asInt();
      } else if (ip && control.type() == Netinet.IP_TOS) {
        trafficClass = control.asByte();
      } else if (ipv6 && control.type() == Netinet.IPV6_TCLASS) {
        trafficClass = control.asInt();
      } else if (!isKnown(control)) {
        String what = control.type() + " of level " + control.level();
        flaw = Optional.of("carries ancillary data " + what);
      }
    }
    byte[] sender = ofFamily(message.sender(), receiver);
    return new Datagram(
        ByteString.of(sender),
        ByteString.of(receiver),
        hopLimit,
        trafficClass,
        ByteString.of(message.data()),
        flaw.isPresent() ? flaw : flawOfAddress(sender, receiver, message.data().length));
  }

  /** What comes by itself when the datagram is sent again, or is renewed. */
  private static boolean isKnown(ControlMessage control) {
    return switch (control.level()) {
      case Netinet.IPPROTO_IP -> control.type() == Netinet.IP_PKTINFO;
      case Netinet.IPPROTO_IPV6 -> control.type() == Netinet.IPV6_PKTINFO;
      case Socket.SOL_SOCKET -> RENEWED.contains(control.type());
      default -> false;
    };
  }

  /** An IPv6 socket tells the sender of an IPv4 datagram as a mapped address (RFC 4291). */
  private static byte[] ofFamily(byte[] sender, byte[] receiver) {
    if (sender.length != UdpDatagram.SOCKADDR_IN6_BYTES || receiver.length != SOCKADDR_IN_BYTES) {
      return sender;
    }
    ByteBuffer ipv4 = ByteBuffer.allocate(SOCKADDR_IN_BYTES);
    ipv4.put(receiver, 0, 2).put(sender, 2, 2).put(sender, MAPPED_IPV4, 4);
    return ipv4.array();
  }

  private static Optional<String> flawOfAddress(byte[] sender, byte[] receiver, int lenBytes) {
    if (receiver.length == 0) {
      return Optional.of("does not tell where it was sent to");
    }
    boolean known =
        receiver.length == SOCKADDR_IN_BYTES || receiver.length == UdpDatagram.SOCKADDR_IN6_BYTES;
    if (!known || sender.length != receiver.length) {
      return Optional.of("has an address of no family that is known");
    }
    if (receiver.length == SOCKADDR_IN_BYTES) {
      return Optional.empty();
    }
    if (isLinkLocal(sender) || isLinkLocal(receiver)) {
      return Optional.of("has a link-local address");
    }
    return lenBytes + IPV6_HEADERS_BYTES > LOOPBACK_MTU_BYTES
        ? Optional.of("is too long to go over loopback in one piece")
        : Optional.empty();
  }

  private static boolean isLinkLocal(byte[] sockaddrIn6) {
    return (sockaddrIn6[8] & 0xff) == 0xfe && (sockaddrIn6[9] & 0xc0) == 0x80;
  }

  /**
   * Whether a datagram that is sent to this address comes to a socket of this machine, and to one
   * only: it is an address of the machine's own, and not that of a group or of all on a link.
   */
  private static boolean isOwnAddress(ByteString receiver) throws SyscallException {
    byte[] address = receiver.toByteArray();
    boolean ipv4 = address.length == SOCKADDR_IN_BYTES;
    int first = address[ipv4 ? 4 : 8] & 0xff;
    if (ipv4 ? first >> 4 == 0xe : first == 0xff) {
      return false;
    }
    byte[] anyPort = Arrays.copyOf(address, address.length);
    anyPort[2] = 0;
    anyPort[3] = 0;
    try (Fd probe = Sockets.open(ipv4 ? Socket.AF_INET : Socket.AF_INET6, Socket.SOCK_DGRAM, 0)) {
      Sockets.bind(probe, anyPort);
      // NB: bind(2) takes broadcast addresses too, connect(2) only with SO_BROADCAST.
      Sockets.connect(probe, address);
      return true;
    } catch (SyscallException e) {
      if (e.errno() == Errno.EADDRNOTAVAIL || e.errno() == Errno.EACCES) {
        return false;
      }
      throw e;
    }
  }
}
