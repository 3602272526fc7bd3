package dev.ckpt.core.checkpoint.file;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.ControlMessage;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.SocketPeek;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.SocketOption;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads what waits in a socket without taking it out (MSG_PEEK).
 *
 * <p>A plain peek shows the first datagram alone, and of a stream what comes up to the first
 * message with descriptors. What follows shows with SO_PEEK_OFF, which belongs to the socket and
 * would stay if we were killed. So the target sets it and takes it back in one batch, which it
 * finishes whatever becomes of us; in the pause between we peek through a duplicate. The target is
 * frozen, so that nobody sees it set. And so descriptors in flight are installed in us, not in the
 * target: it could close them only at the price of its POSIX locks on those files. Source:
 * socket(7), net/core/datagram.c, net/unix/af_unix.c.
 */
final class SocketQueue {
  /** What SO_PEEK_OFF is unless somebody sets it: peek at the beginning, always. */
  static final int PEEK_OFF_NONE = -1;

  /** Room for descriptors, credentials, a label, time stamps, and what IP tells. */
  private static final int CONTROL_BYTES = 4096;

  private static final int CHUNK_BYTES = 64 << 10;
  private static final byte[] ON = {1, 0, 0, 0};
  private static final byte[] NOBODY = {};

  /** All that a task calls so that we can peek at what waits in its sockets. */
  static final List<RemoteCall> QUESTIONS =
      List.of(RemoteCall.undoing("setsockopt", SyscallNumbers.SETSOCKOPT));

  private final Fd socket;
  private final boolean seeks;
  private final List<Sockets.Message> messages = new ArrayList<>();

  private SocketQueue(Fd socket, boolean seeks) {
    this.socket = socket;
    this.seeks = seeks;
  }

  /**
   * All bytes of a stream, as one message; none when it is empty.
   *
   * @return nothing where that takes more than a plain peek
   */
  static Optional<List<Sockets.Message>> ofPlainStream(Fd socket) throws CkptException {
    int lenBytes = Sockets.inputBytes(socket);
    if (lenBytes == 0) {
      return Optional.of(List.of());
    }
    Sockets.Message message = Sockets.peek(socket, lenBytes);
    boolean all = message.data().length == lenBytes && !isTruncated(message);
    return all ? Optional.of(List.of(message)) : Optional.empty();
  }

  /**
   * All that waits in a unix socket: datagrams, or pieces of a stream. Descriptors that came along
   * are ours to close ({@link #closeRights}).
   *
   * @param calls of the target
   * @param fd its descriptor
   * @param socket a duplicate of it
   */
  static List<Sockets.Message> ofUnix(RemoteSyscalls calls, int fd, Fd socket)
      throws CkptException {
    SocketQueue queue = new SocketQueue(socket, true);
    EmptyMessages.refuseUnseen(socket);
    if (isStream(socket)) {
      queue.inPause(calls, fd, List.of(), queue::stream);
    } else if (isShutDown(socket)) {
      queue.inPause(calls, fd, List.of(passCredentials(socket)), queue::datagramsToTheEnd);
    } else {
      queue.inPause(calls, fd, List.of(), queue::datagrams);
    }
    EmptyMessages.note(socket, queue.messages);
    return queue.messages;
  }

  /**
   * Whether it answers without an end. NB: a packet socket that was shut down has no end but empty
   * messages. They are told from true ones by SO_PASSCRED: those come with credentials.
   */
  private static boolean isShutDown(Fd socket) throws SyscallException {
    return Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE) == Socket.SOCK_SEQPACKET
        && (Sockets.events(socket) & Sockets.POLLRDHUP) != 0;
  }

  private static SocketOption passCredentials(Fd socket) throws SyscallException {
    byte[] value = Sockets.option(socket, Socket.SOL_SOCKET, Socket.SO_PASSCRED).orElseThrow();
    return new SocketOption(Socket.SOL_SOCKET, Socket.SO_PASSCRED, ByteString.of(value));
  }

  /**
   * The same of a socket that the target has no descriptor of.
   *
   * @return nothing where more waits than a plain peek shows
   */
  static Optional<List<Sockets.Message>> ofUnixAlone(Fd socket) throws CkptException {
    SocketQueue queue = new SocketQueue(socket, false);
    boolean all;
    if (isStream(socket)) {
      queue.stream();
      all = lenBytes(queue.messages) == Sockets.inputBytes(socket);
    } else {
      all = queue.next(0).isEmpty();
    }
    if (!all) {
      closeRights(queue.messages);
    }
    return all ? Optional.of(queue.messages) : Optional.empty();
  }

  /**
   * All datagrams of a UDP socket.
   *
   * @param telling options of the socket with their values, which are switched on for the peek:
   *     they have it tell more of what came, and change nothing else
   */
  static List<Sockets.Message> ofUdp(
      RemoteSyscalls calls, int fd, Fd socket, List<SocketOption> telling) throws CkptException {
    SocketQueue queue = new SocketQueue(socket, true);
    EmptyMessages.refuseUnseen(socket);
    queue.inPause(calls, fd, telling, queue::datagrams);
    EmptyMessages.note(socket, queue.messages);
    return queue.messages;
  }

  /** Whether so much fits into an image. */
  static boolean fits(List<Sockets.Message> messages) {
    return messages.size() <= Limits.MAX_SOCKET_MESSAGES
        && lenBytes(messages) <= Limits.MAX_SOCKET_QUEUE_BYTES;
  }

  /** Bytes of all of them. */
  static long lenBytes(List<Sockets.Message> messages) {
    return messages.stream().mapToLong(message -> message.data().length).sum();
  }

  /** Closes the descriptors of ours that came along; whether there were any. */
  static boolean closeRights(List<Sockets.Message> messages) {
    boolean any = false;
    for (Sockets.Message message : messages) {
      for (int number : message.descriptors()) {
        any = true;
        new Fd(number).close();
      }
    }
    return any;
  }

  static boolean isTruncated(Sockets.Message message) {
    return (message.flags() & Socket.MSG_CTRUNC) != 0;
  }

  private static boolean isStream(Fd socket) throws SyscallException {
    return Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE) == Socket.SOCK_STREAM;
  }

  /** NB: none of the calls ends the batch by failing, for those behind it must be made. */
  private void inPause(
      RemoteSyscalls calls, int fd, List<SocketOption> telling, RemoteSyscalls.Pause pause)
      throws CkptException {
    Batch batch = calls.batch();
    List<Batch.Result> results = new ArrayList<>();
    results.add(setPeekOffset(batch, fd, 0));
    for (SocketOption option : telling) {
      results.add(set(batch, fd, option.level(), option.name(), ON));
    }
    Batch.Result at = calls.pause(batch);
    for (SocketOption option : telling) {
      results.add(set(batch, fd, option.level(), option.name(), option.value().toByteArray()));
    }
    results.add(setPeekOffset(batch, fd, PEEK_OFF_NONE));
    boolean done = false;
    try {
      calls.run(batch, at, pause);
      for (Batch.Result result : results) {
        batch.require(result);
      }
      done = true;
    } finally {
      if (!done) {
        closeRights(messages);
      }
    }
  }

  private static Batch.Result setPeekOffset(Batch batch, int fd, int value) {
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).order(LITTLE_ENDIAN).putInt(value).array();
    return set(batch, fd, Socket.SOL_SOCKET, Socket.SO_PEEK_OFF, bytes);
  }

  private static Batch.Result set(Batch batch, int fd, int level, int name, byte[] value) {
    return batch.tryCall(
        "setsockopt(" + level + ", " + name + ")",
        SyscallNumbers.SETSOCKOPT,
        fd,
        level,
        name,
        batch.data(value),
        value.length);
  }

  /** What waits behind so many bytes. */
  private Optional<Sockets.Message> next(int offset) throws SyscallException {
    Optional<SocketPeek.Peeked> peeked = peek(offset, CHUNK_BYTES);
    if (peeked.isPresent() && peeked.get().lenBytes() > CHUNK_BYTES) {
      closeRights(List.of(peeked.get().message()));
      peeked = peek(offset, peeked.get().lenBytes());
    }
    peeked.ifPresent(found -> messages.add(found.message()));
    return peeked.map(SocketPeek.Peeked::message);
  }

  private Optional<SocketPeek.Peeked> peek(int offset, int maxBytes) throws SyscallException {
    seek(offset);
    return SocketPeek.next(socket, maxBytes, CONTROL_BYTES);
  }

  private void seek(int offset) throws SyscallException {
    if (seeks) {
      Sockets.setOption(socket, Socket.SOL_SOCKET, Socket.SO_PEEK_OFF, offset);
    }
  }

  /** NB: an empty message is passed over once it was peeked, so the next look shows another. */
  private void datagrams() throws CkptException {
    int offset = 0;
    Optional<Sockets.Message> message = next(offset);
    while (message.isPresent()) {
      offset += message.get().data().length;
      message = next(offset);
    }
  }

  private void datagramsToTheEnd() throws CkptException {
    int offset = 0;
    Optional<Sockets.Message> message = next(offset);
    while (message.isPresent() && message.get().credentials().isPresent()) {
      offset += message.get().data().length;
      message = next(offset);
    }
    if (message.isPresent()) {
      messages.remove(messages.size() - 1);
    }
  }

  /** A message with descriptors ends what one peek shows, as it ends what one read gives. */
  private void stream() throws CkptException {
    int lenBytes = Sockets.inputBytes(socket);
    int offset = 0;
    while (offset < lenBytes) {
      Optional<SocketPeek.Peeked> peeked = peek(offset, lenBytes - offset);
      int n = peeked.map(found -> found.message().data().length).orElse(0);
      if (n == 0) {
        return;
      }
      Sockets.Message message = peeked.get().message();
      messages.add(new Sockets.Message(NOBODY, message.control(), message.flags(), message.data()));
      if (message.rights().length > 0) {
        seek(offset);
        divide(message, SocketPeek.beginOfLast(socket, n));
      }
      offset += n;
      if (!seeks) {
        return;
      }
    }
  }

  /** Parts what came before the message with descriptors from it. */
  private void divide(Sockets.Message message, int at) {
    if (at == 0) {
      return;
    }
    List<ControlMessage> credentials = message.ofCredentials().stream().toList();
    byte[] data = message.data();
    messages.set(
        messages.size() - 1,
        new Sockets.Message(NOBODY, credentials, message.flags(), Arrays.copyOf(data, at)));
    messages.add(
        new Sockets.Message(
            NOBODY, message.control(), message.flags(), Arrays.copyOfRange(data, at, data.length)));
  }
}
