package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.error.RefusalCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sockets in which we have seen an empty message wait. The kernel shows such a one to one peek
 * alone, and passes over it when it is asked for what stands behind others. So a later dump would
 * not see it and lose it: it is refused, until all that waited was received.
 *
 * <p>Known to this process alone, as long as it lives; another one's dumps do not see it.
 *
 * <p>Threading: any thread. Source: __skb_try_recv_from_queue, net/core/datagram.c.
 */
final class EmptyMessages {
  private static final Set<Long> SEEN = ConcurrentHashMap.newKeySet();

  private EmptyMessages() {}

  /** Refuses a socket in whose queue there may be one that does not show any more. */
  static void refuseUnseen(Fd socket) throws SyscallException, UnsupportedStateException {
    long cookie = cookie(socket);
    if (!SEEN.contains(cookie)) {
      return;
    }
    if ((Sockets.events(socket) & Sockets.POLLIN) == 0) {
      SEEN.remove(cookie);
      return;
    }
    throw new UnsupportedStateException(
        List.of(
            new Refusal(
                RefusalCode.SOCKET_QUEUE,
                "a socket had an empty message in its queue at an earlier dump, and the kernel"
                    + " does not show that again",
                "let the task receive all that waits")));
  }

  /** Takes note of what was seen. */
  static void note(Fd socket, List<Sockets.Message> messages) throws SyscallException {
    if (messages.stream().anyMatch(message -> message.data().length == 0)) {
      SEEN.add(cookie(socket));
    }
  }

  /** The number of a socket that no other one gets (SO_COOKIE). */
  private static long cookie(Fd socket) throws SyscallException {
    byte[] value = Sockets.option(socket, Socket.SOL_SOCKET, Socket.SO_COOKIE).orElseThrow();
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }
}
