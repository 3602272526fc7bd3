package dev.ckpt.rstr.file;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.TcpSock;
import dev.ckpt.rstr.Checks;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes live TCP connections again, through duplicates of the new task's sockets.
 *
 * <p>Until the task is let go they stay in repair mode: if the restore fails, they end without a
 * word to the other end, and it can be tried again.
 */
final class TcpConnections {
  private static final int CAP_NET_ADMIN = 12;

  private final Files files;
  private final List<TcpRepair> made = new ArrayList<>();

  TcpConnections(Files files) {
    this.files = files;
    files.context().onFailure(this::close);
    files.context().onSuccess(this::letGo);
  }

  /** Whether a socket is one of them. */
  static boolean isLive(FileInetSocket socket) {
    return socket.sockType() == FileInetSocket.SOCK_STREAM
        && socket.state() == FileInetSocket.CONNECTED;
  }

  /** Turns a new socket of the task's into one end of a connection. */
  // What is opened here belongs to this object.
  @SuppressWarnings("MustBeClosedChecker")
  void make(int number, int objref, FileInetSocket socket) throws CkptException {
    files.run().flush();
    TcpRepair repair = new TcpRepair(duplicate(number), socket, tcpSock(objref));
    made.add(repair);
    repair.make();
  }

  @MustBeClosed
  private Fd duplicate(int number) throws SyscallException {
    return Tasks.pidfdGetfd(files.context().pidfd(), number);
  }

  private TcpSock tcpSock(int objref) throws CorruptImageException {
    return files.state().all(TcpSock.class).stream()
        .filter(tcp -> tcp.file() == objref)
        .findFirst()
        .orElseThrow(
            () -> new CorruptImageException(0, "objref " + objref, "a TCP_SOCK of it", "none"));
  }

  private void letGo() throws CkptException {
    for (TcpRepair repair : made) {
      repair.letGo();
    }
    close();
  }

  private void close() {
    made.forEach(TcpRepair::close);
    made.clear();
  }

  /** Tries whether they can be had. */
  static void check(Checks checks) throws CkptException {
    List<FileInetSocket> live =
        checks.state().shared(FileInetSocket.class).values().stream()
            .filter(TcpConnections::isLive)
            .toList();
    if (!live.isEmpty() && !Checks.hasCapability(CAP_NET_ADMIN)) {
      checks.refuse(
          RefusalCode.TCP_REPAIR, "its TCP connections", "run as root or with CAP_NET_ADMIN");
      return;
    }
    for (FileInetSocket socket : live) {
      tryOne(checks, socket);
    }
  }

  /** Makes one of ours with the same addresses, which ends again in silence. */
  private static void tryOne(Checks checks, FileInetSocket socket) throws CkptException {
    Code code = RefusalCode.ADDRESS_GONE;
    try (Fd probe = Sockets.open(socket.domain(), socket.sockType(), socket.protocol())) {
      TcpRepair.begin(probe, socket);
      code = RefusalCode.PORT_TAKEN;
      Sockets.connect(probe, socket.peer().toByteArray());
    } catch (SyscallException e) {
      refuse(checks, code, socket, e);
    }
  }

  private static void refuse(
      Checks checks, Code code, FileInetSocket socket, SyscallException cause)
      throws CkptException {
    String what =
        "connection from "
            + InetSocket.text(socket.name())
            + " to "
            + InetSocket.text(socket.peer())
            + " ("
            + cause.getMessage()
            + ")";
    switch (cause.errno()) {
      case Errno.EPERM ->
          checks.refuse(RefusalCode.TCP_REPAIR, what, "run as root or with CAP_NET_ADMIN");
      case Errno.ENETUNREACH ->
          checks.refuse(RefusalCode.ADDRESS_GONE, what, "give this machine a way to it");
      case Errno.EADDRNOTAVAIL ->
          checks.refuse(
              code,
              what,
              code == RefusalCode.PORT_TAKEN
                  ? "end what has the connection, or wait until it is free"
                  : "give this machine the address");
      default -> throw cause;
    }
  }
}
