package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.checkpoint.TcpPolicy;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.SocketOption;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A socket of IPv4 or IPv6: TCP that listens, is not connected, or is to come back closed; UDP and
 * raw ones, bound or connected. Of a live TCP connection {@link TcpConnections} keeps the rest.
 */
final class InetSocket implements FileKind {
  /** Signals that stop a task or let it go on: one of either kind takes away the other. */
  private static final long JOB_CONTROL =
      Signals.bit(Signals.SIGCONT)
          | Signals.bit(Signals.SIGSTOP)
          | Signals.bit(Signals.SIGTSTP)
          | Signals.bit(Signals.SIGTTIN)
          | Signals.bit(Signals.SIGTTOU);

  private final Map<OpenFile, FileInetSocket> records = new HashMap<>();
  private Optional<TcpConnections> connections = Optional.empty();
  private final Map<OpenFile, List<UdpQueue.Datagram>> datagrams = new HashMap<>();
  private UdpQueue udp;
  private RawSockets raw;
  private SocketFilters filters;
  private MulticastGroups groups;

  @Override
  public void survey(Files files, List<OpenFile> mine) throws CkptException {
    SocketRefusals common = new SocketRefusals(files);
    common.refuseShared(mine);
    udp = new UdpQueue(files.target());
    raw = new RawSockets(files.target());
    filters = new SocketFilters(files.target());
    groups = new MulticastGroups(files.target());
    for (OpenFile file : mine) {
      try (Fd socket = files.duplicate(file)) {
        int protocol = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_PROTOCOL);
        boolean isRaw = RawSockets.isOne(protocol, socket);
        boolean tcp = !isRaw && protocol == Netinet.IPPROTO_TCP;
        TcpState tcpState = tcp ? TcpState.of(socket) : null;
        boolean dropped = tcp && tcpState.isReset() && files.target().tcp() == TcpPolicy.CLOSE;
        if (dropped || !common.refuses(file, socket)) {
          boolean kept = files.target().tcp() == TcpPolicy.KEEP;
          filters.survey(file, socket);
          if (kept && tcp && tcpState.isConnection()) {
            filters.refuse(file);
            refuseFlying(files, file, "is a TCP connection");
          }
          records.put(file, record(file, socket, protocol, tcpState, kept));
        }
        if (tcp) {
          refuseTcp(files.target(), file, socket, tcpState);
        } else {
          if (isRaw) {
            raw.refuseUnseen(file, socket, protocol);
          } else {
            udp.refuseUnseen(file, socket, protocol);
          }
          groups.survey(file, socket);
        }
      }
    }
  }

  private static void refuseTcp(SurveyContext context, OpenFile file, Fd socket, TcpState state)
      throws SyscallException {
    if (context.tcp() == TcpPolicy.CLOSE) {
      return;
    }
    if (context.tcp() == TcpPolicy.KEEP) {
      refuseKept(context, file, socket, state);
    } else {
      context
          .refusals()
          .addIf(
              state.isConnection(),
              RefusalCode.TCP_CONNECTION,
              SocketRefusals.name(file) + " is a TCP connection",
              "close it, or dump with --stop --tcp-established, or with --tcp-close: it comes back"
                  + " as one that was reset");
    }
    context
        .refusals()
        .addIf(
            state.pending() > 0,
            RefusalCode.SOCKET_BACKLOG,
            SocketRefusals.name(file)
                + " has "
                + state.pending()
                + " connections that it has not accepted",
            "let the task accept them, or dump with --tcp-close");
  }

  /** What a connection cannot be kept with. */
  private static void refuseKept(SurveyContext context, OpenFile file, Fd socket, TcpState state)
      throws SyscallException {
    context
        .refusals()
        .addIf(
            state.isConnection() && !state.isLive(),
            RefusalCode.TCP_STATE,
            SocketRefusals.name(file)
                + " is a TCP connection that is being made, or closed at both ends, or shut down"
                + " for reading",
            "wait until it is established or gone, or dump with --tcp-close");
    context
        .refusals()
        .addIf(
            Sockets.option(socket, Netinet.IPPROTO_TCP, Netinet.TCP_ULP)
                .filter(name -> name.length > 0)
                .isPresent(),
            RefusalCode.TCP_ULP,
            SocketRefusals.name(file) + " has an upper layer protocol (TCP_ULP), such as TLS",
            "close it, or dump with --tcp-close");
  }

  @Override
  public List<RemoteCall> questions(List<OpenFile> mine) {
    return mine.stream().anyMatch(this::isUdp) ? SocketQueue.QUESTIONS : List.of();
  }

  private boolean isUdp(OpenFile file) {
    FileInetSocket socket = records.get(file);
    // One that is refused has no record.
    return socket != null
        && socket.sockType() == Socket.SOCK_DGRAM
        && socket.protocol() == Netinet.IPPROTO_UDP;
  }

  @Override
  public void ask(Files files, List<OpenFile> mine, RemoteSyscalls calls) throws CkptException {
    for (OpenFile file : mine) {
      if (isUdp(file) && file.inFlight()) {
        refuseQueue(files, file);
      } else if (isUdp(file)) {
        datagrams.put(file, udp.peek(calls, file, filters.has(file)));
      }
    }
  }

  /** What the task itself would have to be asked of, by a number that it has not. */
  private static void refuseFlying(Files files, OpenFile file, String what) {
    if (file.inFlight()) {
      files.flight().refuse(file, what);
    }
  }

  private static void refuseQueue(Files files, OpenFile file) throws CkptException {
    try (Fd socket = files.duplicate(file)) {
      if (Sockets.receivedBytes(socket) != 0) {
        refuseFlying(files, file, "has datagrams in its queue");
      }
    }
  }

  @Override
  // The context closes it.
  @SuppressWarnings("MustBeClosedChecker")
  public void hold(Files files, List<OpenFile> mine) throws IOException {
    List<OpenFile> live = mine.stream().filter(file -> isLiveTcp(records.get(file))).toList();
    if (!live.isEmpty() && !refuseJobControl(files.context())) {
      TcpConnections held = TcpConnections.hold(files.context(), live);
      files.context().hold(held);
      connections = Optional.of(held);
    }
  }

  /**
   * NB: the SIGSTOP and SIGCONT that are sent to it take away whatever waits of their kind, and one
   * that is stopped would go on.
   */
  private static boolean refuseJobControl(CkptContext context) throws CkptException {
    long waiting = context.proc().status().shdPnd();
    for (Tracee thread : context.frozen().threads()) {
      waiting |= context.proc().status(thread.tid()).sigPnd();
    }
    boolean refused = (waiting & JOB_CONTROL) != 0 || context.frozen().stopSignal() != 0;
    context
        .refusals()
        .addIf(
            refused,
            RefusalCode.TASK_STOPPED,
            "has TCP connections, and a job-control signal has stopped it or waits for it",
            "continue it with SIGCONT first");
    return refused;
  }

  private static boolean isLiveTcp(FileInetSocket socket) {
    return socket.sockType() == FileInetSocket.SOCK_STREAM
        && socket.state() == FileInetSocket.CONNECTED;
  }

  @Override
  public int save(Files files, OpenFile file) {
    int objref = files.context().addTarget(records.get(file));
    filters.save(files.context(), file, objref);
    groups.save(files.context(), file, objref);
    for (UdpQueue.Datagram datagram : datagrams.getOrDefault(file, List.of())) {
      files.context().add(datagram.in(objref));
    }
    return objref;
  }

  @Override
  public void join(Files files, OpenFile file) throws CkptException {
    if (isLiveTcp(records.get(file))) {
      files.context().add(connections.orElseThrow().record(file, files.objref(file)));
    }
  }

  private FileInetSocket record(OpenFile file, Fd socket, int protocol, TcpState tcp, boolean kept)
      throws CkptException {
    if (RawSockets.isOne(protocol, socket)) {
      return raw.record(file, socket, protocol);
    }
    boolean live = tcp != null && tcp.isConnection() && kept;
    byte[] peer = tcp == null || live ? Sockets.peer(socket).orElse(new byte[0]) : new byte[0];
    byte[] name = Sockets.name(socket);
    boolean over = tcp != null && !live && (tcp.isReset() || tcp.isOver());
    // What is over sends no more; and the kernel has changed some options as it went.
    List<SocketOption> options = SocketOptions.of(socket, options(protocol, over, live));
    return new FileInetSocket(
        file.stat().ino(),
        file.flags(),
        Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_DOMAIN),
        Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE),
        protocol,
        state(tcp, peer),
        tcp == null ? 0 : tcp.backlog(),
        tcp == null ? udp.shutdown(file, socket) : 0,
        file.stat().uid(),
        ByteString.of(isNamed(name) && !over ? name : new byte[0]),
        ByteString.of(peer),
        options);
  }

  private static int[][] options(int protocol, boolean over, boolean live) {
    if (over) {
      return new int[0][];
    }
    return live ? InetOptions.ofConnection() : InetOptions.of(protocol);
  }

  private static int state(TcpState tcp, byte[] peer) {
    if (tcp == null || peer.length > 0) {
      return peer.length > 0 ? FileInetSocket.CONNECTED : FileInetSocket.UNCONNECTED;
    }
    if (tcp.isReset()) {
      return FileInetSocket.RESET;
    }
    if (tcp.isOver()) {
      return FileInetSocket.OVER;
    }
    return tcp.isListening() ? FileInetSocket.LISTENING : FileInetSocket.UNCONNECTED;
  }

  /** Whether an address or a port is set: anything behind the family but zeros. */
  static boolean isNamed(byte[] sockaddr) {
    final int family = 2;
    for (int i = family; i < sockaddr.length; i++) {
      if (sockaddr[i] != 0) {
        return true;
      }
    }
    return false;
  }
}
