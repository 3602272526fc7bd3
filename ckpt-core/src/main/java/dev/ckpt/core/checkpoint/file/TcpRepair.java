package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.Errand;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.TcpSock;
import java.util.ArrayList;
import java.util.List;

/**
 * The questions to one connection, of which many are answered in repair mode alone.
 *
 * <p>Source: net/ipv4/tcp.c, do_tcp_getsockopt, tcp_peek_sndq, tcp_ioctl.
 */
final class TcpRepair implements AutoCloseable {
  /** The most calls that one connection adds to a table. */
  static final int CALLS = 24;

  /** The most data that it adds. */
  static final int DATA_BYTES = 640;

  private static final int SIOCOUTQ = 0x5411;
  private static final int SIOCOUTQNSD = 0x894b;
  private static final int TCP_INFO_BYTES = 16;

  /** A segment that is acknowledged in part is still in the queue with all its bytes. */
  private static final int SEGMENT_BYTES = 1 << 20;

  private static final int PAGE = 4096;

  /** No mode that TCP_REPAIR knows; TCP_REPAIR_ON when its lowest byte is SOCK_STREAM. */
  private static final int NO_MODE = 2;

  // struct tcp_info, linux/tcp.h: the scales are four bits each
  private static final int TCPI_OPTIONS = 5;
  private static final int TCPI_WSCALES = 6;
  private static final int TCPI_OPT_USEC_TS = 64;

  private final Fd socket;
  private final int number;
  private final int reuse;
  private final int inFlightBytes;
  private final List<Batch.Result> must = new ArrayList<>();
  private Batch.Result repair;
  private Batch.Result peeked;
  private Batch.Data info;
  private Batch.Data window;
  private Batch.Data mssClamp;
  private Batch.Data timestamp;
  private Batch.Data rcvNxt;
  private Batch.Data writeSeq;
  private Batch.Data queued;
  private Batch.Data unsent;
  private long queueAddress;
  private Batch batch;
  private ByteString sendQueue;
  private ByteString receiveQueue;

  /**
   * Asks what can be asked at any time.
   *
   * @param socket a duplicate of ours, closed with this
   * @param number that of the errand's duplicate
   */
  TcpRepair(Fd socket, int number) throws SyscallException {
    this.socket = socket;
    this.number = number;
    this.reuse = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_REUSEADDR);
    this.inFlightBytes = Sockets.outputBytes(socket);
  }

  /** Whether the other end has not acknowledged everything yet. */
  boolean isInFlight() {
    return inFlightBytes > 0;
  }

  /** How much memory of the errand's its send queue takes, at most. */
  int roomBytes() {
    return isInFlight() ? inFlightBytes + SEGMENT_BYTES : PAGE;
  }

  /** Nothing comes in from here on. */
  void addFilter(Batch table) {
    Batch.Data program = table.data(Sockets.DROP_ALL);
    Batch.Data head = table.space(Sockets.SOCK_FPROG_BYTES);
    table.putInt(head, 0, 1);
    table.putLong(head, Long.BYTES, program.address());
    must.add(
        table.tryCall(
            "setsockopt(SO_ATTACH_FILTER)",
            SyscallNumbers.SETSOCKOPT,
            number,
            Socket.SOL_SOCKET,
            Socket.SO_ATTACH_FILTER,
            head,
            Sockets.SOCK_FPROG_BYTES));
  }

  /**
   * Repair mode on, everything asked, and off again.
   *
   * @param queueAddress where the errand has room for the send queue
   */
  void addQuestions(Batch table, long queueAddress) {
    this.queueAddress = queueAddress;
    repair = set(table, Netinet.IPPROTO_TCP, Netinet.TCP_REPAIR, Netinet.TCP_REPAIR_ON);
    info = get(table, Netinet.TCP_INFO, TCP_INFO_BYTES);
    window = get(table, Netinet.TCP_REPAIR_WINDOW, Netinet.TCP_REPAIR_WINDOW_BYTES);
    mssClamp = get(table, Netinet.TCP_MAXSEG, Integer.BYTES);
    timestamp = get(table, Netinet.TCP_TIMESTAMP, Integer.BYTES);
    chooseQueue(table, Netinet.TCP_RECV_QUEUE);
    rcvNxt = get(table, Netinet.TCP_QUEUE_SEQ, Integer.BYTES);
    chooseQueue(table, Netinet.TCP_SEND_QUEUE);
    writeSeq = get(table, Netinet.TCP_QUEUE_SEQ, Integer.BYTES);
    queued = count(table, SIOCOUTQ);
    unsent = count(table, SIOCOUTQNSD);
    peeked =
        table.tryCall(
            "recvfrom(MSG_PEEK)",
            SyscallNumbers.RECVFROM,
            number,
            queueAddress,
            roomBytes(),
            Socket.MSG_PEEK | Socket.MSG_DONTWAIT);
    must.add(peeked);
    chooseQueue(table, Netinet.TCP_NO_QUEUE);
    must.add(set(table, Netinet.IPPROTO_TCP, Netinet.TCP_REPAIR, Netinet.TCP_REPAIR_OFF_NO_WP));
    // Repair mode has taken it away.
    must.add(set(table, Socket.SOL_SOCKET, Socket.SO_REUSEADDR, reuse));
  }

  /**
   * What is to be done last: repair mode for the socket of a dead task. Even switching it off where
   * it is off would take SO_REUSEADDR from a task that lives, if only for the time of a call; and a
   * table has no branches. So there the call is one that fails.
   *
   * @param dead address of a word that is 1 when the task is dead, else 0
   */
  void addEnd(Batch table, long dead) {
    Batch.Data mode = table.space(Integer.BYTES);
    table.putInt(mode, 0, NO_MODE);
    // Puts as many bytes of SOCK_STREAM as the word says over the lowest of the mode.
    table.tryCall(
        "getsockopt(SO_TYPE)",
        SyscallNumbers.GETSOCKOPT,
        number,
        Socket.SOL_SOCKET,
        Socket.SO_TYPE,
        mode,
        dead);
    table.tryCall(
        "setsockopt(TCP_REPAIR)",
        SyscallNumbers.SETSOCKOPT,
        number,
        Netinet.IPPROTO_TCP,
        Netinet.TCP_REPAIR,
        mode,
        Integer.BYTES);
    set(table, Socket.SOL_SOCKET, Socket.SO_DETACH_FILTER, 0);
  }

  /** The same by our own calls. */
  void end(boolean dead) throws SyscallException {
    Sockets.setOption(
        socket,
        Netinet.IPPROTO_TCP,
        Netinet.TCP_REPAIR,
        dead ? Netinet.TCP_REPAIR_ON : Netinet.TCP_REPAIR_OFF);
    Sockets.setOption(socket, Socket.SOL_SOCKET, Socket.SO_REUSEADDR, reuse);
    if (Sockets.filter(socket).length > 0) {
      Sockets.setOption(socket, Socket.SOL_SOCKET, Socket.SO_DETACH_FILTER, 0);
    }
  }

  private void chooseQueue(Batch table, int queue) {
    must.add(set(table, Netinet.IPPROTO_TCP, Netinet.TCP_REPAIR_QUEUE, queue));
  }

  private Batch.Result set(Batch table, int level, int name, int value) {
    Batch.Data option = table.space(Integer.BYTES);
    table.putInt(option, 0, value);
    return table.tryCall(
        "setsockopt(" + level + ", " + name + ")",
        SyscallNumbers.SETSOCKOPT,
        number,
        level,
        name,
        option,
        Integer.BYTES);
  }

  private Batch.Data get(Batch table, int name, int lenBytes) {
    Batch.Data value = table.space(lenBytes);
    Batch.Data len = table.space(Integer.BYTES);
    table.putInt(len, 0, lenBytes);
    must.add(
        table.tryCall(
            "getsockopt(6, " + name + ")",
            SyscallNumbers.GETSOCKOPT,
            number,
            Netinet.IPPROTO_TCP,
            name,
            value,
            len));
    return value;
  }

  private Batch.Data count(Batch table, int request) {
    Batch.Data value = table.space(Integer.BYTES);
    must.add(
        table.tryCall(
            "ioctl(0x" + Integer.toHexString(request) + ")",
            SyscallNumbers.IOCTL,
            number,
            request,
            value));
    return value;
  }

  /** Whether repair mode is not for us. */
  boolean isForbidden(Batch table) {
    return table.result(repair) == -Errno.EPERM;
  }

  /** Takes the answers from a table that has been made. */
  void read(Batch table, Errand errand, Refusals refusals) throws CkptException {
    for (Batch.Result result : must) {
      table.require(result);
    }
    batch = table;
    if (!TcpSock.isLive(batch.bytes(info)[0])) {
      refusals.add(
          RefusalCode.TCP_STATE,
          "has a TCP connection that is gone now",
          "let the task see to it, or dump with --tcp-close");
      return;
    }
    int sendBytes = (int) table.result(peeked);
    int receiveBytes = Sockets.inputBytes(socket);
    if (Math.max(sendBytes, receiveBytes) > Limits.MAX_TCP_QUEUE_BYTES) {
      refusals.add(
          RefusalCode.SOCKET_QUEUE,
          "has a TCP connection that holds more than an image takes: "
              + sendBytes
              + " bytes to send, "
              + receiveBytes
              + " to read",
          "let the task read, or the other end");
      return;
    }
    sendQueue = ByteString.of(errand.bytes(queueAddress, sendBytes));
    receiveQueue = ByteString.of(received(receiveBytes));
  }

  private byte[] received(int lenBytes) throws SyscallException {
    if (lenBytes == 0) {
      return new byte[0];
    }
    byte[] data = Sockets.peek(socket, lenBytes).data();
    if (data.length != lenBytes) {
      throw new SyscallException(
          "", "recvmsg", data.length + " bytes of " + lenBytes + " to read", Errno.EIO);
    }
    return data;
  }

  TcpSock record(int objref) throws SyscallException {
    byte[] info = batch.bytes(this.info);
    int options = info[TCPI_OPTIONS];
    int stamp = batch.getInt(timestamp, 0);
    return new TcpSock(
        objref,
        info[0],
        options & (TcpSock.OPT_TIMESTAMPS | TcpSock.OPT_SACK | TcpSock.OPT_WSCALE),
        info[TCPI_WSCALES] & 0xf,
        info[TCPI_WSCALES] >> 4 & 0xf,
        batch.getInt(mssClamp, 0),
        // NB: from Linux 6.7 on an odd one means microseconds; before, it is a time like any other.
        (options & TCPI_OPT_USEC_TS) != 0 ? stamp | 1 : stamp + 1 & ~1,
        batch.getInt(writeSeq, 0),
        batch.getInt(rcvNxt, 0),
        batch.getInt(window, 0),
        batch.getInt(window, 4),
        batch.getInt(window, 8),
        batch.getInt(window, 12),
        batch.getInt(window, 16),
        Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_SNDBUF),
        Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_RCVBUF),
        beyondWindow(),
        sendQueue,
        receiveQueue);
  }

  /**
   * How much of the send queue cannot have been sent before the task is dead, because the window of
   * the other end does not take it, and no acknowledgement gets through that would move the window.
   * The rest counts as sent: what has not been is sent again like what the network has lost. The
   * other way round, an acknowledgement of what counts as not sent would be ignored for ever.
   */
  private int beyondWindow() {
    int beyond = batch.getInt(queued, 0) - batch.getInt(window, 4);
    return Math.max(0, Math.min(beyond, batch.getInt(unsent, 0)));
  }

  @Override
  public void close() {
    socket.close();
  }
}
