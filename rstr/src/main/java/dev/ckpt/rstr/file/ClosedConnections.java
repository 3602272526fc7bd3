package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileInetSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Makes TCP sockets whose connection is over: each is connected to a socket of the same task, over
 * loopback, which is then closed so that the kernel sends a reset (SO_LINGER with time 0).
 */
final class ClosedConnections {
  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int SOCKADDR_IN6_BYTES = 28;
  private static final int POLLHUP = 0x10;
  private static final int PATIENCE_MILLIS = 10_000;
  private static final byte[] LINGER_NOT = {1, 0, 0, 0, 0, 0, 0, 0};
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  private final Files files;
  private int listener = -1;

  /** The listener's port, in network order. */
  private short port;

  ClosedConnections(Files files) {
    this.files = files;
  }

  /** Connects a new socket and has it reset. */
  void make(int number, FileInetSocket socket) throws CkptException {
    listen();
    Batch batch = files.run().room(6, 128);
    byte[] address = address(socket.domain());
    batch.call(
        "connect to loopback", SyscallNumbers.CONNECT, number, batch.data(address), address.length);
    Batch.Result fd = batch.call("accept4", SyscallNumbers.ACCEPT4, listener, 0, 0, 0);
    batch.call(
        "setsockopt(SO_LINGER)",
        SyscallNumbers.SETSOCKOPT,
        fd,
        Socket.SOL_SOCKET,
        Socket.SO_LINGER,
        batch.data(LINGER_NOT),
        LINGER_NOT.length);
    batch.call("close", SyscallNumbers.CLOSE, fd);
    Batch.Data pollfd = batch.space(Long.BYTES);
    batch.putInt(pollfd, 0, number);
    Batch.Result hangUp =
        batch.call("poll for the reset", SyscallNumbers.POLL, pollfd, 1, PATIENCE_MILLIS);
    if (socket.state() == FileInetSocket.OVER) {
      readError(batch, number);
    }
    files.run().flush();
    if (batch.result(hangUp) != 1 || (batch.getInt(pollfd, 4) >>> 16 & POLLHUP) == 0) {
      throw new SyscallException("", "poll", "a reset over loopback", Errno.ETIMEDOUT);
    }
  }

  /** Takes the error away: it was read before the dump. */
  private static void readError(Batch batch, int number) {
    Batch.Data error = batch.space(Long.BYTES);
    Batch.Data len = batch.space(Long.BYTES);
    batch.putInt(len, 0, Integer.BYTES);
    batch.call(
        "getsockopt(SO_ERROR)",
        SyscallNumbers.GETSOCKOPT,
        number,
        Socket.SOL_SOCKET,
        Socket.SO_ERROR,
        error,
        len);
  }

  private void listen() throws CkptException {
    if (listener >= 0) {
      return;
    }
    listener = files.context().fds().take();
    Batch batch = files.run().room(6, 128);
    Batch.Result fd =
        batch.call("socket", SyscallNumbers.SOCKET, Socket.AF_INET, Socket.SOCK_STREAM, 0);
    batch.call("dup3", SyscallNumbers.DUP3, fd, listener, Fcntl.O_CLOEXEC);
    batch.call("close", SyscallNumbers.CLOSE, fd);
    Batch.Data name = batch.data(address(Socket.AF_INET));
    Batch.Data len = batch.space(Long.BYTES);
    batch.putInt(len, 0, SOCKADDR_IN_BYTES);
    batch.call("bind to loopback", SyscallNumbers.BIND, listener, name, SOCKADDR_IN_BYTES);
    batch.call("listen", SyscallNumbers.LISTEN, listener, 1);
    batch.call("getsockname", SyscallNumbers.GETSOCKNAME, listener, name, len);
    files.run().flush();
    port = (short) (batch.getInt(name, 0) >>> 16);
  }

  /** Loopback with the listener's port; for an IPv6 socket mapped (RFC 4291, 2.5.5.2). */
  private byte[] address(int domain) {
    boolean v6 = domain == Socket.AF_INET6;
    ByteBuffer address =
        ByteBuffer.allocate(v6 ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    address.putShort((short) domain).putShort(port);
    if (v6) {
      final int mapped = 18;
      address.putShort(mapped, (short) 0xffff).position(mapped + Short.BYTES);
    }
    return address.put(LOOPBACK).array();
  }

  /** Closes the listening socket. */
  void finish() throws CkptException {
    if (listener >= 0) {
      files.run().call("close", SyscallNumbers.CLOSE, listener);
    }
  }
}
