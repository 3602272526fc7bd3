package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the kernel tells of a UDP socket besides what the socket itself does.
 *
 * @param ino its inode in sockfs
 * @param family AF_INET or AF_INET6
 * @param port that it is bound to, 0 for none
 * @param shutdown bit 0 for receiving, bit 1 for sending
 */
public record UdpDiag(long ino, int family, int port, int shutdown) {
  // struct inet_diag_req_v2 and inet_diag_msg, linux/inet_diag.h
  private static final int REQUEST_BYTES = 56;
  private static final int MESSAGE_BYTES = 72;
  private static final int SPORT = 4;
  private static final int INODE = 68;
  private static final int INET_DIAG_SHUTDOWN = 8;

  /**
   * Every UDP socket of our network namespace, by inode; nothing where the kernel cannot list them
   * (CONFIG_INET_UDP_DIAG).
   */
  public static Optional<Map<Long, UdpDiag>> all() throws SyscallException {
    Map<Long, UdpDiag> sockets = new HashMap<>();
    for (int family : new int[] {Socket.AF_INET, Socket.AF_INET6}) {
      ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      request.put((byte) family).put((byte) Netinet.IPPROTO_UDP).putInt(4, -1);
      try {
        for (ByteBuffer answer : SockDiag.dump(request.array())) {
          UdpDiag socket = parse(answer);
          sockets.put(socket.ino(), socket);
        }
      } catch (SyscallException e) {
        if (e.errno() == Errno.ENOENT) {
          return Optional.empty();
        }
        throw e;
      }
    }
    return Optional.of(sockets);
  }

  private static UdpDiag parse(ByteBuffer answer) throws SyscallException {
    ByteBuffer shutdown = SockDiag.attribute(answer, MESSAGE_BYTES, INET_DIAG_SHUTDOWN, 1);
    return new UdpDiag(
        Integer.toUnsignedLong(answer.getInt(INODE)),
        answer.get(0),
        Short.toUnsignedInt(Short.reverseBytes(answer.getShort(SPORT))),
        shutdown.hasRemaining() ? shutdown.get(0) : 0);
  }
}
