package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * What the kernel tells of a unix socket besides what the socket itself does.
 *
 * @param ino its inode in sockfs
 * @param name as in sun_path: a path, an abstract name that begins with a zero byte, or nothing
 * @param fileIno inode of the socket's file, 0 where it is bound to none
 * @param hasPeer whether it is connected, or was and does not know yet that it is no longer
 * @param peer inode of the socket at the other end; 0 where nobody holds that one as a descriptor
 * @param listening whether it takes connections
 * @param pending connections that wait to be accepted
 * @param backlog how many may wait
 * @param shutdown bit 0 for receiving, bit 1 for sending
 */
public record UnixDiag(
    long ino,
    ByteString name,
    long fileIno,
    boolean hasPeer,
    long peer,
    boolean listening,
    int pending,
    int backlog,
    int shutdown) {
  // struct unix_diag_req and unix_diag_msg, linux/unix_diag.h
  private static final int REQUEST_BYTES = 24;
  private static final int MESSAGE_BYTES = 16;
  private static final int SHOW_NAME_VFS_PEER_RQLEN = 0x1 | 0x2 | 0x4 | 0x10;
  private static final int UNIX_DIAG_NAME = 0;
  private static final int UNIX_DIAG_VFS = 1;
  private static final int UNIX_DIAG_PEER = 2;
  private static final int UNIX_DIAG_RQLEN = 4;
  private static final int UNIX_DIAG_SHUTDOWN = 6;
  private static final int TCP_LISTEN = 10;

  /** Every unix socket of our network namespace, by inode; those without one are left out. */
  public static Map<Long, UnixDiag> all() throws SyscallException {
    ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    request.put(0, (byte) Socket.AF_UNIX).putInt(4, -1).putInt(12, SHOW_NAME_VFS_PEER_RQLEN);
    Map<Long, UnixDiag> sockets = new HashMap<>();
    for (ByteBuffer answer : SockDiag.dump(request.array())) {
      UnixDiag socket = parse(answer);
      sockets.put(socket.ino(), socket);
    }
    return sockets;
  }

  private static UnixDiag parse(ByteBuffer answer) throws SyscallException {
    ByteBuffer vfs = attribute(answer, UNIX_DIAG_VFS, 8);
    ByteBuffer peer = attribute(answer, UNIX_DIAG_PEER, 4);
    ByteBuffer queue = attribute(answer, UNIX_DIAG_RQLEN, 8);
    ByteBuffer shutdown = attribute(answer, UNIX_DIAG_SHUTDOWN, 1);
    boolean listening = answer.get(2) == TCP_LISTEN;
    return new UnixDiag(
        Integer.toUnsignedLong(answer.getInt(4)),
        withoutZero(ByteString.of(attribute(answer, UNIX_DIAG_NAME, 0))),
        vfs.hasRemaining() ? Integer.toUnsignedLong(vfs.getInt(0)) : 0,
        peer.hasRemaining(),
        peer.hasRemaining() ? Integer.toUnsignedLong(peer.getInt(0)) : 0,
        listening,
        listening && queue.hasRemaining() ? queue.getInt(0) : 0,
        listening && queue.hasRemaining() ? queue.getInt(4) : 0,
        shutdown.hasRemaining() ? shutdown.get(0) : 0);
  }

  private static ByteBuffer attribute(ByteBuffer answer, int wanted, int leastBytes)
      throws SyscallException {
    return SockDiag.attribute(answer, MESSAGE_BYTES, wanted, leastBytes);
  }

  /** Paths come with the zero that ends them, abstract names do not. */
  private static ByteString withoutZero(ByteString name) {
    int last = name.length() - 1;
    boolean path = last >= 0 && name.byteAt(0) != 0 && name.byteAt(last) == 0;
    return path ? name.substring(0, last) : name;
  }
}
