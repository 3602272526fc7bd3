package dev.ckpt.format;

import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.format.record.SocketOption;
import dev.ckpt.format.record.TcpSock;
import java.util.List;

/** Those of the {@link Samples} that are sockets. */
final class SocketSamples {
  private SocketSamples() {}

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
}
