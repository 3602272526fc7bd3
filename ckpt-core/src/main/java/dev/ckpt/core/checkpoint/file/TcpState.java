package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.format.record.TcpSock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * Where a TCP socket stands.
 *
 * @param state as in {@code net/tcp_states.h}
 * @param isOver whether it was a connection and is no more
 * @param noInput whether nothing more will be read: shut down by either end
 * @param hasError whether an error waits, which only reading it would tell
 * @param pending connections that a listening one has not accepted
 * @param backlog how many it takes
 */
record TcpState(
    int state, boolean isOver, boolean noInput, boolean hasError, int pending, int backlog) {
  private static final Set<Integer> OPEN_FOR_INPUT =
      Set.of(TcpSock.TCP_ESTABLISHED, TcpSock.TCP_FIN_WAIT1, TcpSock.TCP_FIN_WAIT2);

  private static final int TCP_CLOSE = 7;
  private static final int TCP_LISTEN = 10;

  // struct tcp_info, linux/tcp.h; a listening socket has its queue in these two
  private static final int TCPI_UNACKED = 24;
  private static final int TCPI_SACKED = 28;

  static TcpState of(Fd socket) throws SyscallException {
    ByteBuffer info =
        ByteBuffer.wrap(Sockets.option(socket, Netinet.IPPROTO_TCP, Netinet.TCP_INFO).orElseThrow())
            .order(ByteOrder.LITTLE_ENDIAN);
    int state = info.get(0);
    boolean listens = state == TCP_LISTEN;
    // A new socket hangs up too, but has nothing to read; one that is over has an end to read.
    int events = Sockets.events(socket);
    boolean over = state == TCP_CLOSE && (events & Sockets.POLLIN) != 0;
    return new TcpState(
        state,
        over,
        (events & Sockets.POLLRDHUP) != 0,
        (events & Sockets.POLLERR) != 0,
        listens ? info.getInt(TCPI_UNACKED) : 0,
        listens ? info.getInt(TCPI_SACKED) : 0);
  }

  boolean isListening() {
    return state == TCP_LISTEN;
  }

  /** Whether it comes back as one that was reset, if at all. */
  boolean isReset() {
    return isConnection() || (isOver && hasError);
  }

  /**
   * A connection in a state that can be kept. NB: one that the other end has not closed, and from
   * which nothing more will be read, was shut down for reading: that is no state of TCP.
   */
  boolean isLive() {
    boolean shut = noInput && OPEN_FOR_INPUT.contains(state);
    return TcpSock.isLive(state) && !shut;
  }

  /** Being made, established, or being closed. */
  boolean isConnection() {
    return state != TCP_LISTEN && state != TCP_CLOSE;
  }
}
