package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.Limits;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads what waits in a socket without taking it out (MSG_PEEK).
 *
 * <p>A stream is peeked through a duplicate. Of datagrams that shows the first alone; the next ones
 * show with SO_PEEK_OFF, which belongs to the socket and would stay if we were killed. So the
 * target sets it, peeks and takes it back in one batch, which it finishes whatever becomes of us;
 * it is frozen, so that nobody else sees it set. Source: socket(7), net/core/datagram.c.
 */
final class SocketQueue {
  /** What SO_PEEK_OFF is unless somebody sets it: peek at the beginning, always. */
  static final int PEEK_OFF_NONE = -1;

  private static final int CHUNK_BYTES = 4096;
  private static final int IOVEC_BYTES = 16;
  private static final int MSG_PEEK = Socket.MSG_PEEK | Socket.MSG_DONTWAIT;

  private final RemoteSyscalls calls;
  private final int fd;
  private final int controlBytes;
  private final List<Sockets.Message> messages = new ArrayList<>();
  private int offset;

  private SocketQueue(RemoteSyscalls calls, int fd, int controlBytes) {
    this.calls = calls;
    this.fd = fd;
    this.controlBytes = controlBytes;
  }

  /** All bytes of a stream, as one message; none when it is empty. */
  static List<Sockets.Message> ofStream(Fd socket) throws CkptException {
    int lenBytes = Sockets.inputBytes(socket);
    return lenBytes == 0 ? List.of() : List.of(Sockets.peek(socket, lenBytes));
  }

  /**
   * All datagrams.
   *
   * @param calls of the target
   * @param fd its descriptor
   * @param controlBytes as {@link Sockets#controlBytes} says, lest it gets new descriptors
   */
  static List<Sockets.Message> ofDatagrams(RemoteSyscalls calls, int fd, int controlBytes)
      throws CkptException {
    SocketQueue queue = new SocketQueue(calls, fd, controlBytes);
    boolean endedEmpty = false;
    while (true) {
      int before = queue.messages.size();
      if (!queue.next()) {
        return queue.messages;
      }
      // NB: a seqpacket socket that was shut down has no end but empty messages. A true empty
      // message is passed over once it was peeked, so the same answer twice is the end.
      boolean empty = queue.messages.get(before).data().length == 0;
      if (empty && endedEmpty) {
        return queue.messages.subList(0, before - 1);
      }
      endedEmpty = empty;
    }
  }

  /** Whether so much fits into an image. */
  static boolean fits(List<Sockets.Message> messages) {
    return messages.size() <= Limits.MAX_SOCKET_MESSAGES
        && messages.stream().mapToLong(message -> message.data().length).sum()
            <= Limits.MAX_SOCKET_QUEUE_BYTES;
  }

  /** Adds the message at the offset; false when there is none. */
  private boolean next() throws CkptException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    while (true) {
      Batch batch = calls.batch();
      Batch.Data head = batch.space(Sockets.MSGHDR_BYTES);
      Batch.Data vector = batch.space(IOVEC_BYTES);
      Batch.Data name = batch.space(Sockets.SOCKADDR_BYTES);
      Batch.Data control = batch.space(Sockets.CREDENTIALS_BYTES);
      Batch.Data buffer = batch.space(CHUNK_BYTES);
      batch.putLong(head, 0, name.address());
      batch.putInt(head, 8, Sockets.SOCKADDR_BYTES);
      batch.putLong(head, 16, vector.address());
      batch.putLong(head, 24, 1);
      batch.putLong(head, 32, control.address());
      batch.putLong(head, 40, controlBytes);
      batch.putLong(vector, 0, buffer.address());
      batch.putLong(vector, Long.BYTES, CHUNK_BYTES);
      setPeekOffset(batch, offset);
      Batch.Result got =
          batch.tryCall("recvmsg(MSG_PEEK)", SyscallNumbers.RECVMSG, fd, head, MSG_PEEK);
      setPeekOffset(batch, PEEK_OFF_NONE);
      calls.run(batch);
      int n = (int) batch.result(got);
      if (n < 0) {
        return false;
      }
      data.write(batch.bytes(buffer), 0, n);
      offset += n;
      int flags = batch.getInt(head, 48);
      if ((flags & Socket.MSG_TRUNC) == 0) {
        messages.add(
            new Sockets.Message(
                cut(batch.bytes(name), batch.getInt(head, 8)),
                cut(batch.bytes(control), batch.getLong(head, 40)),
                flags,
                data.toByteArray()));
        return true;
      }
    }
  }

  private void setPeekOffset(Batch batch, int value) {
    Batch.Data option = batch.space(Integer.BYTES);
    batch.putInt(option, 0, value);
    batch.call(
        "setsockopt(SO_PEEK_OFF)",
        SyscallNumbers.SETSOCKOPT,
        fd,
        Socket.SOL_SOCKET,
        Socket.SO_PEEK_OFF,
        option,
        Integer.BYTES);
  }

  private static byte[] cut(byte[] bytes, long lenBytes) {
    return Arrays.copyOf(bytes, (int) Math.min(bytes.length, lenBytes));
  }
}
