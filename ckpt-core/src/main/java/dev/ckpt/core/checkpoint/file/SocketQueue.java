package dev.ckpt.core.checkpoint.file;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.SocketOption;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
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
  private static final byte[] ON = {1, 0, 0, 0};
  private static final int MSG_PEEK = Socket.MSG_PEEK | Socket.MSG_DONTWAIT | Socket.MSG_TRUNC;

  /** All that a task calls to peek at what waits in its sockets. */
  static final List<RemoteCall> QUESTIONS =
      List.of(
          RemoteCall.undoing("setsockopt", SyscallNumbers.SETSOCKOPT),
          RemoteCall.question("recvmsg", SyscallNumbers.RECVMSG));

  private final RemoteSyscalls calls;
  private final int fd;
  private final int controlBytes;
  private final List<SocketOption> telling;
  private final boolean udp;
  private final List<Sockets.Message> messages = new ArrayList<>();
  private int offset;

  private SocketQueue(
      RemoteSyscalls calls, int fd, int controlBytes, List<SocketOption> telling, boolean udp) {
    this.calls = calls;
    this.fd = fd;
    this.controlBytes = controlBytes;
    this.telling = telling;
    this.udp = udp;
  }

  /** All bytes of a stream, as one message; none when it is empty. */
  static List<Sockets.Message> ofStream(Fd socket) throws CkptException {
    int lenBytes = Sockets.inputBytes(socket);
    return lenBytes == 0 ? List.of() : List.of(Sockets.peek(socket, lenBytes));
  }

  /**
   * All datagrams of a unix socket.
   *
   * @param calls of the target
   * @param fd its descriptor
   * @param controlBytes as {@link Sockets#controlBytes} says, lest it gets new descriptors
   */
  static List<Sockets.Message> ofDatagrams(RemoteSyscalls calls, int fd, int controlBytes)
      throws CkptException {
    return new SocketQueue(calls, fd, controlBytes, List.of(), false).all();
  }

  /**
   * All datagrams of a UDP socket.
   *
   * @param controlBytes room for ancillary data, at most 512
   * @param telling options of the socket with their values, which are switched on for the peek:
   *     they have it tell more of what came, and change nothing else
   */
  static List<Sockets.Message> ofUdp(
      RemoteSyscalls calls, int fd, int controlBytes, List<SocketOption> telling)
      throws CkptException {
    return new SocketQueue(calls, fd, controlBytes, telling, true).all();
  }

  private List<Sockets.Message> all() throws CkptException {
    boolean endedEmpty = false;
    while (true) {
      int before = messages.size();
      if (!next()) {
        return messages;
      }
      // NB: a seqpacket socket that was shut down has no end but empty messages. A true empty
      // message is passed over once it was peeked, so the same answer twice is the end.
      boolean empty = messages.get(before).data().length == 0;
      if (empty && endedEmpty) {
        return messages.subList(0, before - 1);
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
      Batch.Data control = batch.space(Math.max(controlBytes, Sockets.CREDENTIALS_BYTES));
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
      for (SocketOption option : telling) {
        set(batch, option.level(), option.name(), ON);
      }
      Batch.Result got =
          batch.tryCall("recvmsg(MSG_PEEK)", SyscallNumbers.RECVMSG, fd, head, MSG_PEEK);
      for (SocketOption option : telling) {
        set(batch, option.level(), option.name(), option.value().toByteArray());
      }
      setPeekOffset(batch, PEEK_OFF_NONE);
      calls.run(batch);
      int lenBytes = (int) batch.result(got);
      if (lenBytes < 0) {
        return false;
      }
      // NB: MSG_TRUNC has UDP tell the length of the whole datagram, unix sockets what is left.
      int left = udp ? lenBytes - data.size() : lenBytes;
      int n = Math.min(left, CHUNK_BYTES);
      data.write(batch.bytes(buffer), 0, n);
      offset += n;
      if (n == left) {
        messages.add(
            new Sockets.Message(
                cut(batch.bytes(name), batch.getInt(head, 8)),
                cut(batch.bytes(control), batch.getLong(head, 40)),
                batch.getInt(head, 48),
                data.toByteArray()));
        return true;
      }
    }
  }

  private void setPeekOffset(Batch batch, int value) {
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).order(LITTLE_ENDIAN).putInt(value).array();
    set(batch, Socket.SOL_SOCKET, Socket.SO_PEEK_OFF, bytes);
  }

  private void set(Batch batch, int level, int name, byte[] value) {
    batch.call(
        "setsockopt(" + level + ", " + name + ")",
        SyscallNumbers.SETSOCKOPT,
        fd,
        level,
        name,
        batch.data(value),
        value.length);
  }

  private static byte[] cut(byte[] bytes, long lenBytes) {
    return Arrays.copyOf(bytes, (int) Math.min(bytes.length, lenBytes));
  }
}
