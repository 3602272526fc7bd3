package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;
import java.util.Optional;

/** Looks at what waits in a socket without taking it, wherever its SO_PEEK_OFF stands. */
public final class SocketPeek {
  private SocketPeek() {}

  /**
   * Looks at what comes next in a socket (MSG_PEEK), with all that comes along. Descriptors in
   * flight are installed in us, each time anew: {@link Sockets.Message#rights} names them, and
   * whoever called closes them.
   *
   * @param controlBytes room for ancillary data; with none the message says MSG_CTRUNC where there
   *     is any
   * @return nothing where nothing waits
   */
  public static Optional<Peeked> next(Fd socket, int maxBytes, int controlBytes)
      throws SyscallException {
    NativeBuffer data = NativeBuffer.allocate(Math.max(1, maxBytes));
    NativeBuffer name = NativeBuffer.allocate(Sockets.SOCKADDR_BYTES);
    NativeBuffer control = NativeBuffer.allocate(Math.max(Long.BYTES, controlBytes));
    NativeBuffer head = NativeBuffer.allocate(Sockets.MSGHDR_BYTES + Sockets.IOVEC_BYTES);
    head.putLong(0, name.address());
    head.putInt(8, Sockets.SOCKADDR_BYTES);
    head.putLong(16, head.address(Sockets.MSGHDR_BYTES));
    head.putLong(24, 1);
    head.putLong(32, control.address());
    head.putLong(40, controlBytes);
    head.putLong(Sockets.MSGHDR_BYTES, data.address());
    head.putLong(Sockets.MSGHDR_BYTES + Long.BYTES, maxBytes);
    int flags = Socket.MSG_PEEK | Socket.MSG_DONTWAIT | Socket.MSG_TRUNC | Socket.MSG_CMSG_CLOEXEC;
    long n = LibC.recvmsg(socket.number(), head.address(), flags);
    if (n == -1 && Call.errno() == Errno.EAGAIN) {
      return Optional.empty();
    }
    Call.check(n, "", "recvmsg", socket.number(), maxBytes, "MSG_PEEK");
    Reference.reachabilityFence(name);
    Sockets.Message message =
        new Sockets.Message(
            name.getBytes(0, Math.min(Sockets.SOCKADDR_BYTES, head.getInt(8))),
            ControlMessage.parse(
                control.getBytes(0, (int) Math.min(controlBytes, head.getLong(40)))),
            head.getInt(48),
            data.getBytes(0, (int) Math.min(n, maxBytes)));
    return Optional.of(new Peeked(message, (int) n));
  }

  /**
   * Where in the bytes that a peek at a stream shows the last message of them begins. The kernel
   * copies message by message, each of them whole or not at all; so there is room for all of the
   * bytes but the last one, which is to go where nothing is mapped. Source:
   * unix_stream_read_generic, net/unix/af_unix.c.
   *
   * @param lenBytes how many bytes it shows
   */
  public static int beginOfLast(Fd socket, int lenBytes) throws SyscallException {
    NativeBuffer data = NativeBuffer.allocate(lenBytes);
    NativeBuffer head = NativeBuffer.allocate(Sockets.MSGHDR_BYTES + 2 * Sockets.IOVEC_BYTES);
    head.putLong(16, head.address(Sockets.MSGHDR_BYTES));
    head.putLong(24, 2);
    head.putLong(Sockets.MSGHDR_BYTES, data.address());
    head.putLong(Sockets.MSGHDR_BYTES + Long.BYTES, lenBytes - 1);
    head.putLong(Sockets.MSGHDR_BYTES + Sockets.IOVEC_BYTES, 0);
    head.putLong(Sockets.MSGHDR_BYTES + Sockets.IOVEC_BYTES + Long.BYTES, 1);
    long n = LibC.recvmsg(socket.number(), head.address(), Socket.MSG_PEEK | Socket.MSG_DONTWAIT);
    Reference.reachabilityFence(data);
    if (n == -1 && Call.errno() == Errno.EFAULT) {
      return 0;
    }
    return (int) Call.check(n, "", "recvmsg", socket.number(), lenBytes, "MSG_PEEK");
  }

  /**
   * What a look at a socket showed.
   *
   * @param lenBytes how long the message is, more than was seen where there was no room
   */
  public record Peeked(Sockets.Message message, int lenBytes) {}
}
