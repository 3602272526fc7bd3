package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.SocketOption;
import dev.ckpt.format.record.TcpSock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * One connection that is made in repair mode, in which the kernel takes our word for what it would
 * agree on with the other end.
 *
 * <p>Until it is whole, what the other end sends is dropped, and so sent again: half-made, it would
 * be taken amiss.
 *
 * <p>Source: net/ipv4/tcp.c, do_tcp_setsockopt, tcp_sendmsg_locked, tcp_repair_options_est.
 */
final class TcpRepair implements AutoCloseable {
  // include/net/tcp.h
  private static final int TCPOPT_MSS = 2;
  private static final int TCPOPT_WINDOW = 3;
  private static final int TCPOPT_SACK_PERM = 4;
  private static final int TCPOPT_TIMESTAMP = 8;

  /** The most that TCP_MAXSEG takes. */
  private static final int MAX_TCP_WINDOW = 32767;

  private static final int REPAIR_OPTION_BYTES = 8;
  private static final int LEAST_WINDOW_BYTES = 4096;
  private static final int PIECE_BYTES = 64 << 10;
  private static final int ROOMY_BYTES = 64 << 20;
  private static final byte[] CONNECTED = {};

  private final Fd fd;
  private final FileInetSocket socket;
  private final TcpSock tcp;

  /**
   * Of a socket that is new.
   *
   * @param fd a duplicate of ours, closed with this
   */
  TcpRepair(Fd fd, FileInetSocket socket, TcpSock tcp) {
    this.fd = fd;
    this.socket = socket;
    this.tcp = tcp;
  }

  /** Options, repair mode and its own address; nothing comes in from here on. */
  static void begin(Fd fd, FileInetSocket socket) throws SyscallException {
    Sockets.dropInput(fd);
    SocketOptions.set(fd, socket.options());
    set(fd, Netinet.TCP_REPAIR, Netinet.TCP_REPAIR_ON);
    Sockets.bind(fd, socket.name().toByteArray());
  }

  /** Makes it, but for what cannot have been sent before. */
  void make() throws SyscallException {
    begin(fd, socket);
    setSequence(Netinet.TCP_SEND_QUEUE, tcp.firstToSend());
    setSequence(Netinet.TCP_RECV_QUEUE, tcp.firstToRead());
    // The kernel makes its windows to the measure of the buffers, and its segments to this one.
    set(Socket.SO_RCVBUFFORCE, tcp.rcvbuf() / 2);
    set(Socket.SO_SNDBUFFORCE, tcp.sndbuf() / 2);
    set(fd, Netinet.TCP_MAXSEG, Math.min(tcp.mssClamp(), MAX_TCP_WINDOW));
    Sockets.connect(fd, socket.peer().toByteArray());
    set(fd, Netinet.TCP_MAXSEG, 0);
    Sockets.setOption(fd, Netinet.IPPROTO_TCP, Netinet.TCP_REPAIR_OPTIONS, agreed());
    set(fd, Netinet.TCP_TIMESTAMP, tcp.timestamp());
    set(Socket.SO_RCVBUFFORCE, ROOMY_BYTES);
    set(Socket.SO_SNDBUFFORCE, ROOMY_BYTES);
    set(fd, Netinet.TCP_REPAIR_QUEUE, Netinet.TCP_RECV_QUEUE);
    fill(tcp.receiveQueue().toByteArray());
    set(fd, Netinet.TCP_REPAIR_QUEUE, Netinet.TCP_SEND_QUEUE);
    byte[] queue = tcp.sendQueue().toByteArray();
    fill(Arrays.copyOf(queue, queue.length - tcp.unsentBytes()));
    // With room for a FIN of the other end, whatever the window is.
    setWindow(Math.max(tcp.rcvWnd(), LEAST_WINDOW_BYTES), tcp.endOfInput());
    shut();
    setWindow(tcp.rcvWnd(), tcp.rcvWup());
    set(Socket.SO_RCVBUFFORCE, tcp.rcvbuf() / 2);
  }

  /** Brings it into the state that it was in. What this end has not sent yet comes later. */
  private void shut() throws SyscallException {
    boolean finIsSent = tcp.hasClosed() && tcp.unsent() == 0;
    TcpReplay replay = new TcpReplay(fd, socket, tcp);
    if (tcp.hasHeardAll()) {
      replay.fin();
    }
    if (finIsSent) {
      Sockets.shutdown(fd, Socket.SHUT_WR);
    }
    if (tcp.state() == TcpSock.TCP_FIN_WAIT2) {
      replay.ackOfFin();
    }
  }

  /** It goes on from here. */
  void letGo() throws SyscallException {
    Sockets.setOption(fd, Socket.SOL_SOCKET, Socket.SO_DETACH_FILTER, 0);
    set(fd, Netinet.TCP_REPAIR, Netinet.TCP_REPAIR_OFF);
    // Repair mode has its own idea of who may share an address.
    set(Socket.SO_REUSEADDR, option(Socket.SO_REUSEADDR));
    byte[] queue = tcp.sendQueue().toByteArray();
    fill(Arrays.copyOfRange(queue, queue.length - tcp.unsentBytes(), queue.length));
    if (tcp.hasClosed() && tcp.unsent() > 0) {
      Sockets.shutdown(fd, Socket.SHUT_WR);
    }
    set(Socket.SO_SNDBUFFORCE, tcp.sndbuf() / 2);
    if (Sockets.option(fd, Socket.SOL_SOCKET, Socket.SO_BUF_LOCK).isPresent()) {
      set(Socket.SO_BUF_LOCK, option(Socket.SO_BUF_LOCK));
    }
  }

  private void setSequence(int queue, int sequence) throws SyscallException {
    set(fd, Netinet.TCP_REPAIR_QUEUE, queue);
    set(fd, Netinet.TCP_QUEUE_SEQ, sequence);
  }

  /** NB: options of no value are those that the other end did not agree to. */
  private byte[] agreed() {
    ByteBuffer options =
        ByteBuffer.allocate(4 * REPAIR_OPTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    options.putInt(TCPOPT_MSS).putInt(tcp.mssClamp());
    if (tcp.has(TcpSock.OPT_WSCALE)) {
      options.putInt(TCPOPT_WINDOW).putInt(tcp.sndWscale() | tcp.rcvWscale() << Short.SIZE);
    }
    if (tcp.has(TcpSock.OPT_SACK)) {
      options.putInt(TCPOPT_SACK_PERM).putInt(0);
    }
    if (tcp.has(TcpSock.OPT_TIMESTAMPS)) {
      options.putInt(TCPOPT_TIMESTAMP).putInt(0);
    }
    return Arrays.copyOf(options.array(), options.position());
  }

  private void setWindow(int rcvWnd, int rcvWup) throws SyscallException {
    byte[] window =
        ByteBuffer.allocate(Netinet.TCP_REPAIR_WINDOW_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(tcp.sndWl1())
            .putInt(tcp.sndWnd())
            .putInt(tcp.maxWindow())
            .putInt(rcvWnd)
            .putInt(rcvWup)
            .array();
    Sockets.setOption(fd, Netinet.IPPROTO_TCP, Netinet.TCP_REPAIR_WINDOW, window);
  }

  private void fill(byte[] content) throws SyscallException {
    int done = 0;
    while (done < content.length) {
      byte[] piece =
          Arrays.copyOfRange(content, done, Math.min(done + PIECE_BYTES, content.length));
      int taken = Sockets.send(fd, CONNECTED, Optional.empty(), piece);
      if (taken == 0) {
        throw new SyscallException("", "sendmsg", "a queue of a connection", Errno.EAGAIN);
      }
      done += taken;
    }
  }

  /** What an option of SOL_SOCKET was, if it was not 0. */
  private int option(int name) {
    for (SocketOption option : socket.options()) {
      if (option.level() == Socket.SOL_SOCKET && option.name() == name) {
        return option.value().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt();
      }
    }
    return 0;
  }

  private void set(int name, int value) throws SyscallException {
    Sockets.setOption(fd, Socket.SOL_SOCKET, name, value);
  }

  private static void set(Fd fd, int name, int value) throws SyscallException {
    Sockets.setOption(fd, Netinet.IPPROTO_TCP, name, value);
  }

  @Override
  public void close() {
    fd.close();
  }
}
