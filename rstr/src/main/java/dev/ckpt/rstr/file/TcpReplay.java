package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.tracee.Deadline;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.TcpSock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Says to a new socket again what the other end has said: that it has nothing more to say (FIN), or
 * that it knows the same of this end. No option of repair mode tells the kernel so, only a segment
 * does. It goes through a raw socket over loopback, with a mark that the socket's filter lets pass.
 */
final class TcpReplay {
  /** The mark of our segments, for filters: "ckpt". */
  static final int MARK = 0x636b7074;

  private static final int IPPROTO_RAW = 255;
  private static final int PORT_OFFSET = 2;
  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int V4_OFFSET = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Fd fd;
  private final FileInetSocket socket;
  private final TcpSock tcp;

  TcpReplay(Fd fd, FileInetSocket socket, TcpSock tcp) {
    this.fd = fd;
    this.socket = socket;
    this.tcp = tcp;
  }

  /** The other end has nothing more to say. */
  void fin() throws SyscallException {
    say(TcpSegment.FIN | TcpSegment.ACK, tcp.firstToSend());
  }

  /** The other end has heard that this end has nothing more to say. */
  void ackOfFin() throws SyscallException {
    say(TcpSegment.ACK, tcp.writeSeq());
  }

  private void say(int flags, int ack) throws SyscallException {
    byte[] name = socket.name().toByteArray();
    TcpSegment segment = new TcpSegment(socket.peer().toByteArray(), name);
    int before = state();
    Sockets.dropAllBut(fd, MARK);
    int domain = segment.isV6() ? Socket.AF_INET6 : Socket.AF_INET;
    try (Fd raw = Sockets.open(domain, Socket.SOCK_RAW, IPPROTO_RAW)) {
      Sockets.setOption(raw, Socket.SOL_SOCKET, Socket.SO_MARK, MARK);
      byte[] bytes = segment.bytes(tcp.endOfInput(), ack, flags, tcp.sndWnd() >>> tcp.sndWscale());
      Sockets.send(raw, receiver(name, segment), Optional.empty(), bytes);
      awaitAnother(before);
    }
    Sockets.dropInput(fd);
  }

  /** NB: without a port, which a raw socket takes for a protocol (raw(7)). */
  private static byte[] receiver(byte[] name, TcpSegment segment) {
    if (name[0] == Socket.AF_INET6 && !segment.isV6()) {
      byte[] v4 = new byte[SOCKADDR_IN_BYTES];
      v4[0] = Socket.AF_INET;
      System.arraycopy(segment.receiver(), 0, v4, V4_OFFSET, segment.receiver().length);
      return v4;
    }
    byte[] receiver = name.clone();
    Arrays.fill(receiver, PORT_OFFSET, PORT_OFFSET + Short.BYTES, (byte) 0);
    return receiver;
  }

  private int state() throws SyscallException {
    return Sockets.option(fd, Netinet.IPPROTO_TCP, Netinet.TCP_INFO).orElseThrow()[0];
  }

  private void awaitAnother(int before) throws SyscallException {
    Deadline deadline = Deadline.in(PATIENCE);
    while (state() == before) {
      if (deadline.passed()) {
        throw new SyscallException(
            "",
            "sendmsg",
            "what the other end has said, with mark 0x" + Integer.toHexString(MARK),
            Errno.ETIMEDOUT);
      }
      deadline.pause();
    }
  }
}
