package dev.ckpt.format;

import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.FileNetlinkSocket;
import dev.ckpt.format.record.FilePacketSocket;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.MulticastGroup;
import dev.ckpt.format.record.PacketMembership;
import dev.ckpt.format.record.SocketFilter;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.format.record.SocketOption;
import dev.ckpt.format.record.SocketRights;
import dev.ckpt.format.record.TcpSock;
import dev.ckpt.format.record.UdpDatagram;
import java.util.List;

/** Those of the {@link Samples} that are sockets. */
final class SocketSamples {
  private static final int UNIX_SOCKET = Samples.SECOND_SECCOMP_FILTER + 1;
  private static final int INET_SOCKET = UNIX_SOCKET + 1;
  private static final int NETLINK_SOCKET = INET_SOCKET + 1;
  private static final int PACKET_SOCKET = NETLINK_SOCKET + 1;

  private SocketSamples() {}

  /** All of them, in an order that may be written. */
  static List<ImageObject> objects() {
    return List.of(
        new ImageObject(0, UNIX_SOCKET, fileUnixSocket()),
        new ImageObject(0, INET_SOCKET, fileInetSocket()),
        new ImageObject(0, 0, tcpSock(INET_SOCKET)),
        new ImageObject(0, 0, udpDatagram()),
        new ImageObject(0, 0, socketFilter()),
        new ImageObject(0, NETLINK_SOCKET, fileNetlinkSocket()),
        new ImageObject(0, 0, multicastGroup()),
        new ImageObject(0, PACKET_SOCKET, filePacketSocket()),
        new ImageObject(0, 0, socketRights()));
  }

  static SocketRights socketRights() {
    return new SocketRights(UNIX_SOCKET, 1, List.of(INET_SOCKET, UNIX_SOCKET));
  }

  static FileUnixSocket fileUnixSocket() {
    return new FileUnixSocket(
        4401,
        0x802,
        FileUnixSocket.SOCK_SEQPACKET,
        FileUnixSocket.CONNECTED,
        4402,
        0,
        2,
        1000,
        0140640,
        1001,
        1002,
        ByteString.of("/run/socket"),
        ByteString.of(""),
        List.of(new SocketOption(1, 16, ByteString.of(new byte[] {1, 0, 0, 0}))),
        List.of(
            new SocketMessage(ByteString.of("sender"), 812, 1000, 100, ByteString.of("packet")),
            new SocketMessage(ByteString.of(""), 0, 0, 0, ByteString.of(""))));
  }

  static FileInetSocket fileInetSocket() {
    return new FileInetSocket(
        4501,
        0x803,
        FileInetSocket.AF_INET,
        FileInetSocket.SOCK_STREAM,
        6,
        FileInetSocket.CONNECTED,
        0,
        0,
        1003,
        ByteString.of(new byte[] {2, 0, 0x1f, (byte) 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}),
        ByteString.of(new byte[] {2, 0, (byte) 0xc0, 1, 127, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0}),
        List.of(new SocketOption(6, 1, ByteString.of(new byte[] {1, 0, 0, 0}))));
  }

  static TcpSock tcpSock(int file) {
    return new TcpSock(
        file,
        TcpSock.TCP_ESTABLISHED,
        TcpSock.OPT_TIMESTAMPS | TcpSock.OPT_WSCALE,
        7,
        10,
        1460,
        0x12345678,
        0xffff_fff0,
        0x8000_0001,
        0x8000_0000,
        64_240,
        65_000,
        65_536,
        0x7fff_ff00,
        87_040,
        131_072,
        3,
        ByteString.of("acknowledged by nobody"),
        ByteString.of("not read"));
  }

  static SocketFilter socketFilter() {
    return new SocketFilter(
        INET_SOCKET, 1, ByteString.of(new byte[] {6, 0, 0, 0, 0, (byte) 0xff, 0, 0}));
  }

  static MulticastGroup multicastGroup() {
    return new MulticastGroup(
        INET_SOCKET,
        4,
        ByteString.of("eth0"),
        ByteString.of(new byte[] {(byte) 239, (byte) 255, 77, 1}),
        MulticastGroup.INCLUDE,
        List.of(ByteString.of(new byte[] {127, 0, 0, 3})));
  }

  static FileNetlinkSocket fileNetlinkSocket() {
    return new FileNetlinkSocket(
        4601,
        0x804,
        FileNetlinkSocket.SOCK_RAW,
        15,
        1004,
        812,
        813,
        2,
        ByteString.of(new byte[] {5, 0, 0, 1}),
        List.of(new SocketOption(270, 11, ByteString.of(new byte[] {1, 0, 0, 0}))));
  }

  static FilePacketSocket filePacketSocket() {
    return new FilePacketSocket(
        4701,
        0x805,
        FilePacketSocket.SOCK_RAW,
        0x88cc,
        4,
        1,
        1,
        0x1005_1234,
        1005,
        768,
        ByteString.of("eth0"),
        List.of(new SocketOption(263, 8, ByteString.of(new byte[] {1, 0, 0, 0}))),
        List.of(
            new PacketMembership(4, ByteString.of("eth0"), 1, 2, ByteString.of("")),
            new PacketMembership(
                5,
                ByteString.of("eth1"),
                0,
                1,
                ByteString.of(new byte[] {1, (byte) 0x80, (byte) 0xc2, 0, 0, 14}))));
  }

  static UdpDatagram udpDatagram() {
    return new UdpDatagram(
        INET_SOCKET,
        ByteString.of(new byte[] {2, 0, 0, 53, 127, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0}),
        ByteString.of(new byte[] {2, 0, 0x1f, (byte) 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}),
        63,
        0x28,
        ByteString.of("datagram"));
  }
}
