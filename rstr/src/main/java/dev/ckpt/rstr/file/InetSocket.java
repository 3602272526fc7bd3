package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.UdpDatagram;
import dev.ckpt.rstr.Checks;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Makes sockets of IPv4 and IPv6: options first, for some count only before an address is had. */
final class InetSocket implements FileKind {
  @Override
  public void check(Checks checks) throws CkptException {
    TcpConnections.check(checks);
    for (FileInetSocket socket : checks.state().shared(FileInetSocket.class).values()) {
      if (isTried(socket)) {
        tryAddress(checks, socket);
      }
    }
    UdpQueue.check(checks);
    MulticastGroups.check(checks);
  }

  /** Whether more may stand in its way than that there are no descriptors left. */
  private static boolean isTried(FileInetSocket socket) {
    boolean privileged = socket.sockType() == FileInetSocket.SOCK_RAW || socket.isPing();
    return (privileged || !socket.name().isEmpty()) && !TcpConnections.isLive(socket);
  }

  /** Binds a socket of ours, with the same options, and closes it again. */
  private static void tryAddress(Checks checks, FileInetSocket socket) throws CkptException {
    try (Fd probe = Sockets.open(socket.domain(), socket.sockType(), socket.protocol())) {
      SocketOptions.set(probe, socket.options());
      if (!socket.name().isEmpty()) {
        Sockets.bind(probe, socket.name().toByteArray());
      }
    } catch (SyscallException e) {
      String address = socket.name().isEmpty() ? "of its interface" : text(socket.name());
      String what = "address " + address + " (" + e.getMessage() + ")";
      if (e.errno() == Errno.EADDRINUSE) {
        checks.refuse(RefusalCode.PORT_TAKEN, what, "end what uses it, or wait until it is free");
      } else if (e.errno() == Errno.EADDRNOTAVAIL || e.errno() == Errno.ENODEV) {
        checks.refuse(RefusalCode.ADDRESS_GONE, what, "give this machine the address");
      } else if (e.errno() == Errno.EPERM || e.errno() == Errno.EACCES) {
        // EACCES: a port below 1024, or an ICMP id and net.ipv4.ping_group_range without us.
        String it = "socket:[" + socket.inode() + "] (" + e.getMessage() + ")";
        checks.refuse(RefusalCode.NO_RIGHT_TO_NET, it, RefusalCode.NO_RIGHT_TO_NET.remedy());
      } else {
        throw e;
      }
    }
  }

  /** As in 127.0.0.1 port 80: family, port, address of a sockaddr_in or sockaddr_in6. */
  static String text(ByteString sockaddr) throws CkptException {
    byte[] bytes = sockaddr.toByteArray();
    boolean v4 = bytes[0] == Socket.AF_INET;
    int from = v4 ? 4 : 8;
    byte[] address = Arrays.copyOfRange(bytes, from, from + (v4 ? 4 : 16));
    int port = (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;
    try {
      return InetAddress.getByAddress(address).getHostAddress() + " port " + port;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    ClosedConnections closed = new ClosedConnections(files);
    TcpConnections live = new TcpConnections(files);
    // What listens comes first: the address of its connections is its own.
    for (Map.Entry<Integer, FileInetSocket> entry : connectionsLast(files)) {
      FileInetSocket socket = entry.getValue();
      int number = files.context().fds().take();
      create(files, socket, number);
      if (TcpConnections.isLive(socket)) {
        live.make(number, entry.getKey(), socket);
      } else {
        make(files, number, entry, closed);
      }
      if (socket.shutdown() != 0) {
        shutdown(files, number, socket.shutdown());
      }
      files.run().call("fchown", SyscallNumbers.FCHOWN, number, socket.uid(), -1);
      files.setFlags(number, socket.flags());
      files.opened(entry.getKey(), number);
    }
    closed.finish();
  }

  private static void make(
      Files files, int number, Map.Entry<Integer, FileInetSocket> entry, ClosedConnections closed)
      throws CkptException {
    FileInetSocket socket = entry.getValue();
    if (socket.isOver()) {
      closed.make(number, socket);
    }
    SocketOptions.restore(files.run(), number, socket.options());
    SocketFilters.restore(files, entry.getKey(), number);
    MulticastGroups.restore(files, entry.getKey(), number);
    if (!socket.name().isEmpty()) {
      address(files, SyscallNumbers.BIND, "bind ", number, socket.name());
    }
    if (socket.state() == FileInetSocket.LISTENING) {
      files.run().call("listen", SyscallNumbers.LISTEN, number, socket.backlog());
    }
    List<UdpDatagram> datagrams = datagrams(files, entry.getKey());
    if (!datagrams.isEmpty()) {
      files.run().flush();
      new UdpQueue(files.context()).fill(number, datagrams);
    }
    if (socket.state() == FileInetSocket.CONNECTED) {
      address(files, SyscallNumbers.CONNECT, "connect ", number, socket.peer());
    }
  }

  private static List<Map.Entry<Integer, FileInetSocket>> connectionsLast(Files files) {
    return files.state().shared(FileInetSocket.class).entrySet().stream()
        .sorted(Comparator.comparing(entry -> TcpConnections.isLive(entry.getValue())))
        .toList();
  }

  private static List<UdpDatagram> datagrams(Files files, int objref) {
    return files.state().all(UdpDatagram.class).stream()
        .filter(datagram -> datagram.socket() == objref)
        .toList();
  }

  /** NB: of a socket that is not connected it says ENOTCONN, and does it all the same. */
  private static void shutdown(Files files, int number, int bits) throws CkptException {
    // Bits for receiving and sending are how shutdown(2) counts, plus one.
    files.run().room(1, 0).tryCall("shutdown", SyscallNumbers.SHUTDOWN, number, bits - 1);
  }

  private static void create(Files files, FileInetSocket socket, int number) throws CkptException {
    Batch batch = files.run().room(3, 0);
    Batch.Result fd =
        batch.call(
            "socket", SyscallNumbers.SOCKET, socket.domain(), socket.sockType(), socket.protocol());
    batch.call("dup3", SyscallNumbers.DUP3, fd, number, Fcntl.O_CLOEXEC);
    batch.call("close", SyscallNumbers.CLOSE, fd);
  }

  private static void address(Files files, int call, String name, int number, ByteString address)
      throws CkptException {
    Batch batch = files.run().room(1, address.length());
    batch.call(
        name + text(address), call, number, batch.data(address.toByteArray()), address.length());
  }
}
