package dev.ckpt.format;

import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.format.record.SocketOption;
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
        FileInetSocket.LISTENING,
        128,
        1003,
        ByteString.of(new byte[] {2, 0, 0x1f, (byte) 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}),
        ByteString.of(""),
        List.of(new SocketOption(6, 1, ByteString.of(new byte[] {1, 0, 0, 0}))));
  }
}
