package dev.ckpt.rstr.file;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.rstr.RstrContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sends again what waited in a unix socket, through duplicates of the new task's descriptors. */
final class SocketQueue {
  /** Which of the task's descriptors has a name. */
  @FunctionalInterface
  interface ByName {
    /** Its number. */
    int number(ByteString name) throws CkptException;
  }

  private static final byte[] CONNECTED = {};

  /** Bytes that a unix socket's messages need of its buffer beside their data, and that twice. */
  private static final int OVERHEAD_BYTES = 64;

  private final RstrContext context;

  /** Which of the task's descriptors come with which message. */
  private final Map<Integer, List<Integer>> rights;

  SocketQueue(RstrContext context, Map<Integer, List<Integer>> rights) {
    this.context = context;
    this.rights = rights;
  }

  /** Sends messages through the other end of their socket. */
  void fill(int sender, List<SocketMessage> messages) throws CkptException {
    try (Fd socket = Tasks.pidfdGetfd(context.pidfd(), sender)) {
      for (int i = 0; i < messages.size(); i++) {
        send(socket, CONNECTED, messages.get(i), i);
      }
    }
  }

  /** Sends datagrams to a name, from the sockets that sent them; nameless ones from one of ours. */
  void fill(ByteString receiver, List<SocketMessage> messages, ByName senders)
      throws CkptException {
    byte[] address = Sockets.unixAddress(seenFromHere(receiver));
    try (Fd nameless = Sockets.open(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0)) {
      for (int i = 0; i < messages.size(); i++) {
        SocketMessage message = messages.get(i);
        if (message.sender().isEmpty()) {
          send(nameless, address, message, i);
        } else {
          int number = senders.number(message.sender());
          try (Fd sender = Tasks.pidfdGetfd(context.pidfd(), number)) {
            send(sender, address, message, i);
          }
        }
      }
    }
  }

  /** A relative name counts from the task's folder, not from ours. */
  private byte[] seenFromHere(ByteString name) {
    boolean relative = !name.isEmpty() && name.byteAt(0) != 0 && name.byteAt(0) != '/';
    if (!relative) {
      return name.toByteArray();
    }
    byte[] folder =
        ("/proc/" + context.leader().pid() + "/cwd/").getBytes(StandardCharsets.US_ASCII);
    byte[] path = Arrays.copyOf(folder, folder.length + name.length());
    System.arraycopy(name.toByteArray(), 0, path, folder.length, name.length());
    return path;
  }

  // What is opened in the loop is closed at the end.
  @SuppressWarnings("MustBeClosedChecker")
  private void send(Fd socket, byte[] to, SocketMessage message, int index) throws CkptException {
    byte[] data = message.data().toByteArray();
    List<Fd> along = new ArrayList<>();
    try {
      for (int number : rights.getOrDefault(index, List.of())) {
        along.add(Tasks.pidfdGetfd(context.pidfd(), number));
      }
      int[] numbers = along.stream().mapToInt(Fd::number).toArray();
      int sent = isCut(socket, data, numbers) ? -1 : trySend(socket, to, message, numbers, data);
      if (sent == data.length) {
        return;
      }
      byte[] rest = Arrays.copyOfRange(data, Math.max(0, sent), data.length);
      try (SocketRoom room = new SocketRoom(socket, SocketRoom.Direction.SENDING)) {
        if (trySend(socket, to, message, numbers, rest) != rest.length) {
          throw new SyscallException("", "sendmsg", "what waited in a socket", Errno.EAGAIN);
        }
      }
    } finally {
      along.forEach(Fd::close);
    }
  }

  /**
   * Whether a stream would cut a message that files come with: a read ends behind all of it, not
   * behind its first piece. Source: unix_stream_sendmsg, net/unix/af_unix.c.
   */
  private static boolean isCut(Fd socket, byte[] data, int[] rights) throws SyscallException {
    return rights.length > 0
        && data.length
            > Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_SNDBUF) / 2 - OVERHEAD_BYTES;
  }

  /** How much was taken; -1 when there was no room at all, not even for an empty datagram. */
  private int trySend(Fd socket, byte[] to, SocketMessage message, int[] rights, byte[] data)
      throws CkptException {
    Optional<int[]> credentials =
        message.pid() == 0
            ? Optional.empty()
            : Optional.of(new int[] {senderOf(message), message.uid(), message.gid()});
    try {
      return Sockets.send(socket, to, credentials, rights, data);
    } catch (SyscallException e) {
      if (e.errno() == Errno.EAGAIN || e.errno() == Errno.EMSGSIZE) {
        return -1;
      }
      throw e;
    }
  }

  /** By the number that we see it by: it is we who send. */
  private int senderOf(SocketMessage message) throws CkptException {
    return message.pid() == context.state().task().pid() ? context.leader().pid() : message.pid();
  }
}
